// What an attack happens in: the built service in a process of its own, a Genesys Cloud that can turn hostile, and honest guests.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { freePort, residentKiB, startHelper } from '../bench/processes/processes.mjs'

export const ORIGIN = 'https://www.example.com'
const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url))
const LISTENING_TRIES = 400
/** A minute: an idle guest's socket to the platform is closed after a while. */
const SETTLE_TRIES = 240
const SECRETS = {
  SESSION_KEYS: Buffer.alloc(32, 'attack-key').toString('base64'),
  GENESYS_CLIENT_SECRET: 'attack-client-secret',
}

/**
 * @param settings more of the service's; the limits are the defaults but for the guests' own, as a few honest ones have to talk much
 * @returns the parts, and `stop`, which ends all of them
 */
export async function startArena({ guestApi = 'web-messaging', settings = {}, seed }) {
  const folder = mkdtempSync(join(tmpdir(), 'attack-'))
  const upstream = await startHelper(new URL('hostile-upstream.mjs', import.meta.url).href, { core: '0,1' })
  const honest = await startHelper(new URL('honest-guests.mjs', import.meta.url).href, { core: '0,1' })
  const attacker = await startHelper(new URL('attacker.mjs', import.meta.url).href, { core: '0,1', nice: 10 })
  const genesys = await upstream.ask('listen', { seed })
  const [port, metricsPort] = [await freePort(), await freePort()]
  const service = await startService(join(folder, 'log'), {
    ...SECRETS,
    PORT: String(port),
    MANAGEMENT_PORT: String(metricsPort),
    METRICS_PORT: String(metricsPort),
    NODE_ENV: 'production',
    HOST: '127.0.0.1',
    ALLOWED_ORIGINS: ORIGIN,
    DOCS: 'true',
    GENESYS_GUEST_API: guestApi,
    GENESYS_CLIENT_ID: 'attack-client',
    GENESYS_DEPLOYMENT_ID: genesys.deploymentId,
    GENESYS_API_URL: genesys.url,
    GENESYS_LOGIN_URL: genesys.url,
    GENESYS_CDN_URL: genesys.url,
    GENESYS_MESSAGING_URL: genesys.messagingUrl,
    GENESYS_CONNECTIONS_PER_MINUTE: '1000000',
    RATE_GUEST_PER_MINUTE: '100000',
    ...settings,
  })
  const arena = { port, upstream, honest, attacker, service, readLog, counts, settled, residentMiB, stop }
  for (let tries = 0; !(await metrics()); tries++) {
    if (tries === LISTENING_TRIES || service.exitCode !== null)
      throw new Error(`the service did not start:\n${readLog()}`)
    await pause(50)
  }
  return arena

  function readLog() {
    return readFileSync(join(folder, 'log'), 'utf8')
  }

  async function metrics() {
    return fetch(`http://127.0.0.1:${metricsPort}/metrics`).then(
      (answer) => answer.text(),
      () => undefined,
    )
  }

  /** What is open, by the service's own count and by the system's. */
  async function counts() {
    const text = (await metrics()) ?? ''
    const gauges = [
      ...text.matchAll(
        /^(guest_bff_(?:live_streams|upstream_sockets|requests_in_flight|\w*open\w*))(?:\{[^}]*\})? (\S+)$/gm,
      ),
    ]
    const own = {}
    for (const [, name, value] of gauges) own[name] = (own[name] ?? 0) + Number(value)
    return { ...own, connections: openConnections(port) }
  }

  /** The counts when nothing is open any more, or what is left after a minute. */
  async function settled() {
    for (let tries = 0; ; tries++) {
      const now = await counts()
      if (tries === SETTLE_TRIES || Object.values(now).every((count) => count === 0)) return now
      await pause(250)
    }
  }

  function residentMiB() {
    return residentKiB(service.pid) / 1024
  }

  async function stop() {
    await Promise.all([attacker, honest].map((helper) => helper.stop()))
    const exitCode = await endOf(service)
    await upstream.stop()
    rmSync(folder, { recursive: true })
    return exitCode
  }
}

async function startService(logFile, env) {
  const log = openSync(logFile, 'w')
  const child = spawn(process.execPath, [MAIN], {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', log, log],
  })
  closeSync(log)
  process.on('exit', () => child.kill('SIGKILL'))
  return child
}

async function endOf(service) {
  if (service.exitCode === null && service.signalCode === null) {
    const ended = once(service, 'exit')
    service.kill('SIGTERM')
    const force = setTimeout(() => service.kill('SIGKILL'), 15_000)
    await ended
    clearTimeout(force)
  }
  return service.exitCode ?? service.signalCode
}

/** Connections that clients have to the service, those included that they have closed and it has not. */
function openConnections(port) {
  const [ESTABLISHED, CLOSE_WAIT] = ['01', '08']
  const local = `:${port.toString(16).toUpperCase().padStart(4, '0')}`
  return readFileSync('/proc/net/tcp', 'utf8')
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([, address, , state]) => address?.endsWith(local) && [ESTABLISHED, CLOSE_WAIT].includes(state))
    .length
}

/** Every text in the log that nobody may read there. */
export function secretsIn(log, tokens) {
  const all = [...Object.entries(SECRETS), ...tokens.map((token, at) => [`session token ${at}`, token])]
  return all.filter(([, secret]) => log.includes(secret)).map(([name]) => name)
}
