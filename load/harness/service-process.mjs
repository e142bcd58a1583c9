// Runs the built service in a separate process, as in production, keeps its log, and counts its open sockets and
// streams.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { WebSocket } from 'ws'
import { freePort } from './free-port.mjs'
import { residentKiB } from './processes.mjs'

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url))
const LISTENING_TRIES = 400
/** Enough for 150 s: an idle guest's connection to the platform is closed after at most two minutes. */
const SETTLE_TRIES = 600
const END_WITHIN_MS = 15_000

/**
 * @param settings the process's environment
 * @param port, managementPort free ports by default
 * @param program by default, the built service
 */
export async function startServiceProcess({ settings, port, managementPort, program = MAIN }) {
  const folder = mkdtempSync(join(tmpdir(), 'guest-bff-'))
  const logFile = join(folder, 'log')
  const ownPort = port ?? (await freePort())
  const ownManagementPort = managementPort ?? (await freePort())
  const child = spawnWithLog(logFile, [program], {
    NODE_ENV: 'production',
    HOST: '127.0.0.1',
    // The address of the inspector. Node.js listens on it only after SIGUSR1.
    NODE_OPTIONS: '--inspect-port=127.0.0.1:0',
    ...settings,
    PORT: String(ownPort),
    MANAGEMENT_PORT: String(ownManagementPort),
  })
  const service = {
    port: ownPort,
    managementPort: ownManagementPort,
    pid: child.pid,
    get exitCode() {
      return child.exitCode
    },
    residentMiB: () => residentKiB(child.pid) / 1024,
    residentWithoutGarbageMiB,
    readLog: () => readFileSync(logFile, 'utf8'),
    counts,
    settled,
    end,
  }
  for (let tries = 0; !(await readMetrics()); tries++) {
    if (tries === LISTENING_TRIES || child.exitCode !== null)
      throw new Error(`the service did not start:\n${service.readLog()}`)
    await pause(50)
  }
  return service

  async function readMetrics() {
    return fetch(`http://127.0.0.1:${ownManagementPort}/metrics`).then(
      (answer) => answer.text(),
      () => undefined,
    )
  }

  /**
   * The numbers of open streams, sockets and requests from the service's metrics, and of open connections from the
   * system.
   */
  async function counts() {
    const text = (await readMetrics()) ?? ''
    const gauges = text.matchAll(
      /^(guest_bff_(?:live_streams|upstream_sockets|requests_in_flight|\w*open\w*))(?:\{[^}]*\})? (\S+)$/gm,
    )
    const own = {}
    for (const [, name, value] of gauges) own[name] = (own[name] ?? 0) + Number(value)
    return { ...own, connections: openConnections(ownPort) }
  }

  /**
   * Waits until nothing is open, at most 150 s: a guest who has read the history keeps the connection for two minutes.
   * @returns the counts
   */
  async function settled() {
    for (let tries = 0; ; tries++) {
      const now = await counts()
      if (tries === SETTLE_TRIES || Object.values(now).every((count) => count === 0)) return now
      await pause(250)
    }
  }

  /** Resident memory after a garbage collection. V8 would not collect the garbage of an idle process. */
  async function residentWithoutGarbageMiB() {
    const inspector = new WebSocket(await inspectorAddress())
    await once(inspector, 'open')
    // The second collection frees objects that finalizers released after the first collection.
    for (const id of [1, 2]) {
      inspector.send(JSON.stringify({ id, method: 'HeapProfiler.collectGarbage' }))
      await once(inspector, 'message')
    }
    inspector.terminate()
    await pause(500)
    return service.residentMiB()
  }

  async function inspectorAddress() {
    for (let tries = 0; tries < LISTENING_TRIES; tries++) {
      const address = /^Debugger listening on (ws:\S+)$/m.exec(service.readLog())?.[1]
      if (address !== undefined) return address
      if (tries === 0) child.kill('SIGUSR1')
      await pause(50)
    }
    throw new Error('the inspector does not listen')
  }

  /** @returns the exit code, or the signal that ended the process */
  async function end(signal = 'SIGTERM') {
    if (child.exitCode === null && child.signalCode === null) {
      const ended = once(child, 'exit')
      child.kill(signal)
      const force = setTimeout(() => child.kill('SIGKILL'), END_WITHIN_MS)
      await ended
      clearTimeout(force)
    }
    const log = service.readLog()
    service.readLog = () => log
    rmSync(folder, { recursive: true, force: true })
    return child.exitCode ?? child.signalCode
  }
}

function spawnWithLog(logFile, args, env) {
  const log = openSync(logFile, 'w')
  const child = spawn(process.execPath, args, {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', log, log],
  })
  closeSync(log)
  const kill = () => child.kill('SIGKILL')
  process.on('exit', kill)
  child.on('exit', () => process.off('exit', kill))
  return child
}

/** Clients' connections to the service, including those that the client has closed but the service has not. */
function openConnections(port) {
  const [ESTABLISHED, CLOSE_WAIT] = ['01', '08']
  const local = `:${port.toString(16).toUpperCase().padStart(4, '0')}`
  return readFileSync('/proc/net/tcp', 'utf8')
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([, address, , state]) => address?.endsWith(local) && [ESTABLISHED, CLOSE_WAIT].includes(state))
    .length
}
