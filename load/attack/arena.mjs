// Starts the environment of an attack: the built service, a simulated Genesys Cloud that can be hostile, honest guests
// and the attacker.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startHelper } from '../harness/processes.mjs'
import { genesysSettings, ORIGIN } from '../harness/service-settings.mjs'
import { startServiceProcess } from '../harness/service-process.mjs'

const SECRETS = {
  SESSION_KEYS: Buffer.alloc(32, 'attack-key').toString('base64'),
  GENESYS_CLIENT_SECRET: 'attack-client-secret',
}

/**
 * @param settings further settings; the limits per guest are raised, because a few honest guests send many messages
 * @param isHostile whether the platform sends hostile data to guests whose text begins with "attack"
 * @param sites the number of the service's websites; all guests are on the first site
 * @returns the processes, and `stop`, which ends all of them
 */
export async function startArena({
  guestApi = 'web-messaging',
  settings = {},
  sites = 1,
  isHostile = false,
  seed,
}) {
  const [upstream, honest, attacker] = await Promise.all(
    ['hostile-upstream.mjs', 'honest-guests.mjs', 'attacker.mjs'].map((file) =>
      startHelper(new URL(file, import.meta.url).href, { core: '0,1' }),
    ),
  )
  const genesys = await upstream.ask('listen', { seed, isHostile })
  const folder = mkdtempSync(join(tmpdir(), 'guest-bff-attack-'))
  const service = await startServiceProcess({
    settings: {
      ...SECRETS,
      ...(sites === 1 ? { ALLOWED_ORIGINS: ORIGIN } : { SITES_FILE: writeSites(folder, sites) }),
      DOCS: 'true',
      GENESYS_GUEST_API: guestApi,
      GENESYS_CLIENT_ID: 'attack-client',
      ...genesysSettings(genesys),
      GENESYS_CONNECTIONS_PER_MINUTE: '1000000',
      RATE_GUEST_PER_MINUTE: '100000',
      // Both are short, because the checks wait for idle connections to be closed and for the shutdown.
      GENESYS_CONNECTION_IDLE_S: '5',
      DRAIN_DELAY_MS: '0',
      ...settings,
    },
  })
  return { port: service.port, upstream, honest, attacker, service, stop }

  async function stop() {
    await Promise.all([attacker, honest].map((helper) => helper.stop()))
    const exitCode = await service.end()
    await upstream.stop()
    rmSync(folder, { recursive: true })
    return exitCode
  }
}

function writeSites(folder, count) {
  const file = join(folder, 'sites.json')
  const origins = [ORIGIN, ...Array.from({ length: count - 1 }, (_, at) => `https://site-${at}.example`)]
  const sites = origins.map((origin, at) => [`site-${at}`, { ALLOWED_ORIGINS: origin }])
  writeFileSync(file, JSON.stringify({ sites: Object.fromEntries(sites) }))
  return file
}

/** @returns the names of the secrets that the log contains */
export function secretsIn(log, tokens) {
  const all = [...Object.entries(SECRETS), ...tokens.map((token, at) => [`session token ${at}`, token])]
  return all.filter(([, secret]) => log.includes(secret)).map(([name]) => name)
}
