import { KNOWN_IDS, readSimulatorSettings } from './environment.ts'
import { type Simulator, startSimulator } from './simulator.ts'
import { stopOnSignal } from '../stop-on-signal.ts'

/** BSD's EX_CONFIG: a restart will not help. */
const BAD_SETTINGS = 78

async function run(): Promise<void> {
  const starting = startSimulator(settingsOrExit())
  // The handler is set before the simulator listens, because a container's first process ignores a signal without one.
  stopOnSignal(async () => (await starting).close())
  const simulator = await starting
  process.stdout.write(`${banner(simulator)}\n`)
}

function settingsOrExit() {
  try {
    // A run may last for days, and no test inspects it.
    return { ...readSimulatorSettings(process.env), record: false }
  } catch (err) {
    process.stderr.write(`${err instanceof Error ? err.message : String(err)}\n`)
    process.exit(BAD_SETTINGS)
  }
}

function banner(simulator: Simulator): string {
  const { url, settings, scheduleGroupId, emergencyGroupId, queueId } = simulator
  const isKnown = settings.GENESYS_CLIENT_SECRET === KNOWN_IDS.clientSecret
  const shown = { ...settings, ...(!isKnown && { GENESYS_CLIENT_SECRET: '<your SIMULATOR_CLIENT_SECRET>' }) }
  return `This is a simulator and not Genesys Cloud. Nothing written here reaches a contact center.
It listens on ${url}. To point the service at it:

${Object.entries(shown)
  .map(([name, value]) => `${name}=${value}\n`)
  .join('')}
Opening hours and waiting times, if you want them:

GENESYS_SCHEDULE_GROUP_ID=${scheduleGroupId}
GENESYS_EMERGENCY_GROUP_ID=${emergencyGroupId}
GENESYS_QUEUE_ID=${queueId}
`
}

run().catch((err: unknown) => {
  process.stderr.write(`The simulator could not start: ${err instanceof Error ? err.message : String(err)}\n`)
  process.exitCode = 1
})
