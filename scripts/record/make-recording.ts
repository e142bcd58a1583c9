import { setTimeout as pause } from 'node:timers/promises'
import nock from 'nock'
import type { Config } from '../../src/service/settings/config.ts'
import type { Recording } from '../../src/test-kit/fixtures/recording.ts'
import { createGenesysClient, type GenesysClient } from '../../src/service/create-genesys-client.ts'
import { UpstreamError } from '../../src/service/errors/upstream-error.ts'
import { createLog } from '../../src/service/observability/log.ts'
import { createMetrics } from '../../src/service/observability/metrics.ts'
import { ONE_KEY, type Scenario } from './scenario.ts'
import { createScrubber, type RawCall } from './scrubber.ts'

const RECORDED_WITHIN_MS = 5000

export interface CaptureOptions {
  readonly config: Config
  /** The source of the recording: `simulator`, `organization` or `gateway`. */
  readonly platform: string
  /** The date, for example `2026-11-21`. */
  readonly date: string
}

/**
 * Runs a scenario with the configured driver while nock records.
 *
 * @throws {Error} if the scenario ends with an outcome other than the one stated, because the recording would not
 * match its title
 */
export async function makeRecording(scenario: Scenario, options: CaptureOptions): Promise<Recording> {
  const config = scenario.configure?.(options.config) ?? options.config
  const counter = countingConnection(config)
  nock.recorder.clear()
  nock.recorder.rec({ output_objects: true, dont_print: true, enable_reqheaders_recording: true })
  try {
    const outcome = await outcomeOf(scenario, counter.connection, config)
    if (outcome !== scenario.outcome) {
      throw new Error(
        `'${scenario.name}' should have ended with ${scenario.outcome}, but ended with ${outcome}.`,
      )
    }
    const { title } = scenario
    const { platform, date } = options
    const calls = scrubberFor(config)(await recordedCalls(counter.answers))
    return { title, madeAgainst: { platform, driver: config.genesys.guestApi, date }, outcome, calls }
  } finally {
    nock.restore()
    nock.recorder.clear()
    await counter.connection.guestApi.close()
    counter.connection.close()
  }
}

/** Runs a scenario. @returns its outcome: `ok`, a word that the scenario returned, or the code of a problem */
export async function outcomeOf(
  scenario: Scenario,
  { guestApi }: Pick<GenesysClient, 'guestApi'>,
  { allowedOrigins }: Config,
): Promise<string> {
  try {
    const ended = await scenario.drive(guestApi, allowedOrigins[0] ?? '')
    return typeof ended === 'string' ? ended : 'ok'
  } catch (error) {
    if (error instanceof UpstreamError) return error.code
    throw error
  }
}

/** Creates the driver as the service does, and counts the responses that the driver receives. */
function countingConnection(config: Config) {
  let answers = 0
  const metrics = {
    ...createMetrics({ processMetrics: false }),
    upstreamCallEnded: ({ outcome }: { outcome: string }) => {
      if (outcome.startsWith('http-')) answers += 1
    },
  }
  const log = createLog({ level: 'silent' })
  return { connection: createGenesysClient(config, { log, metrics, now: Date.now }), answers: () => answers }
}

/** Waits until the recorder has all responses, because it gets each response slightly later than the driver does. */
async function recordedCalls(answers: () => number): Promise<RawCall[]> {
  const giveUpAtMs = Date.now() + RECORDED_WITHIN_MS
  for (;;) {
    const calls = (nock.recorder.play() as unknown as RawCall[]).filter(({ path }) => !isSocket(path))
    if (calls.length >= answers()) return calls
    if (Date.now() > giveUpAtMs) throw new Error('The recorder has missed a call.')
    await pause(5)
  }
}

/** Whether this is the handshake of a guest's socket. The socket's frames cannot be recorded. */
function isSocket(path: string): boolean {
  return path.startsWith('/v1?')
}

function scrubberFor({ genesys }: Config) {
  const { deploymentId, organizationId, oauth } = genesys
  const { clientId, clientSecret } = oauth ?? {}
  return createScrubber({ deploymentId, organizationId, clientId, clientSecret }, [ONE_KEY, 'name'])
}
