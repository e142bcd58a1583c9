import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { ConfigError, readConfig, readConfigFromEnvironment, type Config } from '../src/config.ts'
import type { Recording } from '../src/fixtures/recording.ts'
import { findRegion } from '../src/genesys/regions.ts'
import { makeRecording } from './record/make-recording.ts'
import type { Scenario } from './record/scenario.ts'
import { driverOf, FOLDERS, needsNoSimulator, scenariosOf, type Folder } from './record/scenarios.ts'
import { settingsOf, withSimulator } from './record/with-simulator.ts'

const USAGE = `npm run record -- --driver DRIVER [--out DIR] [--simulator] [--against NAME]

Records the REST calls of a driver as fixtures for nock, without credentials, tokens, ids, names and dates.

  --driver     ${FOLDERS.join(', ')}
  --out        where to write DRIVER/NAME.json; default fixtures
  --simulator  record everything, refusals included, from a simulator that is started for it. Without it, the flows that
               any Genesys can be asked for are recorded from the one that the settings name, as the service reads them
  --against    what the settings point at; default: organisation, simulator (an address of this machine) or gateway
`

const { values } = parseArgs({
  options: {
    driver: { type: 'string' },
    out: { type: 'string', default: 'fixtures' },
    simulator: { type: 'boolean', default: false },
    against: { type: 'string' },
  },
})
const date = new Date().toISOString().slice(0, 10)

async function record(folder: Folder): Promise<void> {
  const scenarios = scenariosOf(folder)
  for (const scenario of values.simulator ? scenarios : scenarios.filter(needsNoSimulator)) {
    const recording = values.simulator
      ? await fromSimulator(folder, scenario)
      : await fromSettings(folder, scenario)
    write(folder, scenario.name, recording)
  }
}

function fromSimulator(folder: Folder, scenario: Scenario): Promise<Recording> {
  return withSimulator(scenario.simulator ?? {}, async (genesys) => {
    const config = readConfig({ ...settingsOf(genesys), GENESYS_GUEST_API: driverOf(folder) })
    await scenario.injectFaults?.(genesys)
    return makeRecording(scenario, { config, platform: 'simulator', date })
  })
}

function fromSettings(folder: Folder, scenario: Scenario): Promise<Recording> {
  process.env['GENESYS_GUEST_API'] = driverOf(folder)
  const config = readConfigFromEnvironment()
  return makeRecording(scenario, { config, platform: values.against ?? platformOf(config), date })
}

function platformOf({ genesys }: Config): string {
  const { hostname } = new URL(genesys.hosts.apiUrl)
  if (hostname === 'localhost' || hostname === '[::1]' || hostname.startsWith('127.')) return 'simulator'
  if (genesys.region === undefined) return 'gateway'
  return findRegion(genesys.region).apiUrl === genesys.hosts.apiUrl ? 'organisation' : 'gateway'
}

function write(folder: Folder, name: string, recording: Recording): void {
  mkdirSync(join(values.out, folder), { recursive: true })
  const path = join(values.out, folder, `${name}.json`)
  writeFileSync(path, `${JSON.stringify(recording, undefined, 2)}\n`)
  console.log(`${path}: ${recording.title} (${recording.calls.length} calls, ${recording.outcome})`)
}

const folder = FOLDERS.find((one) => one === values.driver)
if (folder === undefined) {
  console.error(USAGE)
  process.exitCode = 2
} else {
  await record(folder).catch((error: unknown) => {
    console.error(error instanceof ConfigError ? error.message : error)
    process.exitCode = 1
  })
}
