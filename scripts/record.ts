import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { ConfigError, type Config } from '../src/service/settings/config.ts'
import { readConfig, readConfigFromEnvironment } from '../src/service/settings/read-config.ts'
import type { Recording } from '../src/test-kit/fixtures/recording.ts'
import { findRegion } from '../src/service/genesys/regions.ts'
import { differences, tableOf } from './record/compare.ts'
import { readReport, reportDifferences, reportOfSimulator } from './record/compare-report.ts'
import { makeRecording } from './record/make-recording.ts'
import type { Scenario } from './record/scenario.ts'
import { driverOf, FOLDERS, needsNoSimulator, scenariosOf, type Folder } from './record/scenarios.ts'
import { settingsOf, withSimulator } from './record/with-simulator.ts'

const USAGE = `npm run record -- --driver DRIVER [--out DIR] [--simulator] [--against NAME] [--compare]
       npm run record -- --compare FILE

Records a driver's REST calls as fixtures for nock, without credentials, tokens, ids, names or dates.

  --driver     ${FOLDERS.join(', ')}
  --out        where to write DRIVER/NAME.json; default fixtures
  --simulator  record all flows, including refusals, from a simulator that is started for this purpose. Without this option,
               only flows that need no simulator are recorded, from the Genesys in the service's settings
  --against    what the settings must point at: organization, simulator (an address on this machine) or gateway
  --compare    record nothing: show how the shapes of the recordings in --out differ from the simulator's responses;
               with a FILE written by \`doctor --report\`, show how the report differs from the simulator, including frames
`

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    driver: { type: 'string' },
    out: { type: 'string', default: 'fixtures' },
    simulator: { type: 'boolean', default: false },
    against: { type: 'string' },
    compare: { type: 'boolean', default: false },
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
  const platform = platformOf(config)
  if (values.against !== undefined && values.against !== platform) {
    throw new ConfigError([`--against ${values.against}: the settings point at a ${platform}`])
  }
  return makeRecording(scenario, { config, platform, date })
}

/** Compares the recordings in `--out` with the simulator's current responses to the same calls. */
async function compare(folder: Folder): Promise<void> {
  const scenarios = scenariosOf(folder)
  for (const name of readdirSync(join(values.out, folder)).map((file) => file.replace(/\.json$/, ''))) {
    const scenario = scenarios.find((one) => one.name === name)
    const recorded = JSON.parse(readFileSync(join(values.out, folder, `${name}.json`), 'utf8')) as Recording
    const { platform, date } = recorded.madeAgainst
    if (!scenario) {
      console.log(`${folder}/${name}: the simulator has no such flow`)
      continue
    }
    const found = differences(recorded, await fromSimulator(folder, scenario))
    console.log(
      `${folder}/${name} (${platform}, ${date}): ${found.length || 'no'} ${found.length === 1 ? 'difference' : 'differences'} in shape`,
    )
    if (found.length > 0) console.log(`${tableOf(found)}\n`)
  }
}

/** Compares a report of `doctor --report` with a report for the simulator. */
async function compareReport(path: string): Promise<void> {
  const report = readReport(path)
  const simulator = await reportOfSimulator(report.driver, report.checks['message'] !== 'skipped')
  const found = reportDifferences(report, simulator)
  console.log(
    `${path} (${report.platform}, ${report.date}): ${found.length || 'no'} ${found.length === 1 ? 'difference' : 'differences'} in shape`,
  )
  if (found.length > 0) console.log(tableOf(found))
}

function platformOf({ genesys }: Config): string {
  const { hostname } = new URL(genesys.hosts.apiUrl)
  if (hostname === 'localhost' || hostname === '[::1]' || hostname.startsWith('127.')) return 'simulator'
  if (genesys.region === undefined) return 'gateway'
  return findRegion(genesys.region).apiUrl === genesys.hosts.apiUrl ? 'organization' : 'gateway'
}

function write(folder: Folder, name: string, recording: Recording): void {
  mkdirSync(join(values.out, folder), { recursive: true })
  const path = join(values.out, folder, `${name}.json`)
  writeFileSync(path, `${JSON.stringify(recording, undefined, 2)}\n`)
  console.log(`${path}: ${recording.title} (${recording.calls.length} calls, ${recording.outcome})`)
}

const folder = FOLDERS.find((one) => one === values.driver)
const [file] = values.compare ? positionals : []
const run =
  file !== undefined
    ? () => compareReport(file)
    : folder && (() => (values.compare ? compare : record)(folder))
if (run === undefined) {
  console.error(USAGE)
  process.exitCode = 2
} else {
  await run().catch((error: unknown) => {
    console.error(error instanceof ConfigError ? error.message : error)
    process.exitCode = 1
  })
}
