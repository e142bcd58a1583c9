import { randomBytes } from 'node:crypto'
import net, { type AddressInfo } from 'node:net'
import { ConfigError, type Config } from '../service/settings/config.ts'
import { readConfig } from '../service/settings/read-config.ts'
import { startServer } from '../service/http-server/http-server.ts'
import { createGuestBff } from '../service/guest-bff.ts'
import { readSimulatorSettings } from '../simulator/environment.ts'
import { startSimulator, type Simulator } from '../simulator/simulator.ts'
import { stopOnSignal } from '../stop-on-signal.ts'
import { createWebsite, createWebsiteSignIn, type SignInSettings } from './website.ts'

/** sysexits.h, EX_CONFIG: the settings are wrong. */
const EX_CONFIG = 78

/**
 * `npm run demo`: a website with the service mounted, and the simulator in place of Genesys, in one process.
 */
async function demo() {
  const { PORT = '3000', HOST = '127.0.0.1', LOG_LEVEL = 'warn' } = process.env
  const port = PORT === '0' ? await freePort(HOST) : PORT
  const simulator = await startSimulator({ ...readSimulatorSettings(process.env), record: false })
  try {
    await startWebsite(simulator, { PORT: String(port), HOST, LOG_LEVEL })
  } catch (error) {
    await simulator.close()
    throw error
  }
}

async function startWebsite(
  simulator: Simulator,
  settings: Record<'PORT' | 'HOST' | 'LOG_LEVEL', string>,
): Promise<void> {
  const signIn = await createWebsiteSignIn()
  const config = demoConfig(simulator, { ...settings, ...signIn.settings })
  const bff = createGuestBff(config)
  const website = createWebsite({ bff: bff.app, signIn, simulator })
  const { requestTimeoutMs } = config.limits
  const server = await startServer(website, { port: config.port, host: config.host, requestTimeoutMs })
  stopOnSignal(async () => {
    bff.drain()
    await server.stop(config.drainMs)
    await bff.close()
    await simulator.close()
  })
  process.stdout.write(banner(server.port, simulator))
}

function demoConfig(
  simulator: Simulator,
  settings: SignInSettings & Record<'PORT' | 'HOST' | 'LOG_LEVEL', string>,
): Config {
  const { PORT } = settings
  // Other websites can use the demo's service, in addition to the demo's own.
  const { ALLOWED_ORIGINS = '' } = process.env
  return readConfig({
    ...settings,
    ALLOWED_ORIGINS: `http://localhost:${PORT},http://127.0.0.1:${PORT},${ALLOWED_ORIGINS}`,
    ALLOW_NO_ORIGIN: 'on',
    ...simulator.settings,
    GENESYS_SCHEDULE_GROUP_ID: simulator.scheduleGroupId,
    GENESYS_EMERGENCY_GROUP_ID: simulator.emergencyGroupId,
    GENESYS_QUEUE_ID: simulator.queueId,
    TRANSCRIPT: 'on',
    KNOWLEDGE: 'open',
    SESSION_KEYS: randomBytes(32).toString('base64'),
    DRAIN_MS: '500',
    DEMO: 'on',
  })
}

/** The allowed origins contain the port, so it must be known before the service listens. */
async function freePort(host: string): Promise<number> {
  const server = net.createServer()
  await new Promise<void>((resolve) => server.listen(0, host, resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

function banner(port: number, simulator: Simulator): string {
  const url = `http://localhost:${port}`
  return `
  Open ${url}/demo/ and write to the agent.

  The platform is SIMULATED: no Genesys Cloud is involved, and the agent is a script.

  service    ${url}    (try it: ${url}/docs/)
  simulator  ${simulator.url}

  Ctrl-C stops both.

`
}

function inWords(error: unknown): string {
  if (!(error instanceof Error)) return 'The demo could not start.'
  if (!('code' in error && 'port' in error) || error.code !== 'EADDRINUSE') return error.message
  return `Port ${String(error.port)} is in use. Choose others with PORT and SIMULATOR_PORT; 0 selects a free port.`
}

demo().catch((error: unknown) => {
  process.stderr.write(`${inWords(error)}\n`)
  process.exitCode = error instanceof ConfigError ? EX_CONFIG : 1
})
