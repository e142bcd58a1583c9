import { ConfigError, type Config } from '../service/settings/config.ts'
import { createGenesysClient } from '../service/create-genesys-client.ts'
import { createLog } from '../service/observability/log.ts'
import { createMetrics } from '../service/observability/metrics.ts'
import { monotonicNow } from '../service/time/monotonic-now.ts'
import { UpstreamError } from '../service/errors/upstream-error.ts'
import { createAnswerRecord, type AnswerShape } from './answer-record.ts'
import { seeAssumptions, type Assumptions } from './assumptions.ts'
import { failed, ok, skipped, warning, type Check, type CheckContext, type Finding } from './check.ts'
import { clock } from './checks/clock.ts'
import { DEPLOYMENT_CHECKS } from './checks/deployment.ts'
import { SESSION_CHECKS } from './checks/guest-session.ts'
import { sessionKeys, visitorKeys } from './checks/keys.ts'
import { NETWORK_CHECKS } from './checks/network.ts'
import { OAUTH_CHECKS } from './checks/oauth.ts'
import { FEATURE_CHECKS } from './checks/optional-features.ts'
import { redaction } from './checks/redaction.ts'
import { forwardedHeaders } from './checks/running-service.ts'

/** The checks, in the order of execution and display. An earlier failure may cause later ones. */
const CHECKS: readonly Check[] = [
  sessionKeys,
  redaction,
  ...NETWORK_CHECKS,
  clock,
  ...OAUTH_CHECKS,
  ...FEATURE_CHECKS,
  ...DEPLOYMENT_CHECKS,
  ...SESSION_CHECKS,
  visitorKeys,
  forwardedHeaders,
]

export const CHECK_NAMES: readonly string[] = CHECKS.map(({ name }) => name)

const ADDRESS_LIST = 'list of allowed IP addresses'

export interface Line extends Finding {
  readonly check: string
}

export interface Diagnosis {
  /** `bad-settings`: the settings cannot be read, so nothing else could be checked. */
  readonly outcome: 'good' | 'failed' | 'bad-settings'
  readonly lines: readonly Line[]
  /** Genesys' responses, without values. */
  readonly answers: readonly AnswerShape[]
  /** Observations about undocumented behavior; only if requested. */
  readonly assumptions?: Assumptions
  /** Undefined if the settings cannot be read. */
  readonly config?: Config
}

export interface DiagnoseOptions {
  /** @throws {ConfigError} */
  readonly readSettings: () => Config
  /** Whether to send a message to an agent. Default false. */
  readonly send?: boolean
  /** Whether to check assumptions too, with requests that guests never make. Default false. */
  readonly withAssumptions?: boolean
  /** Address of the running service. Default: `PUBLIC_URL`. */
  readonly serviceUrl?: string | undefined
  /** Names of checks whose failures count as warnings. */
  readonly ignored?: readonly string[]
  /** The time of day, epoch ms. Default: `Date.now`. */
  readonly now?: () => number
}

/**
 * Checks everything that a guest's conversation needs, and reports what is wrong. Never rejects because of an
 * external failure.
 */
export async function diagnose(options: DiagnoseOptions): Promise<Diagnosis> {
  let config: Config
  try {
    config = options.readSettings()
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    const found = [
      ...error.problems.map((problem) => failed(problem)),
      ...error.warnings.map((text) => warning(text)),
    ]
    const lines = found.map((finding) => ({ check: 'settings', ...finding }))
    return { outcome: 'bad-settings', lines, answers: [] }
  }
  const { now = Date.now } = options
  const answers = createAnswerRecord(config.genesys.hosts, config.genesys.deploymentId, now)
  const genesys = createGenesysClient(config, {
    log: createLog({ level: 'silent' }),
    metrics: createMetrics({ processMetrics: false }),
    now,
    monotonicNow,
    onResponse: answers.onResponse,
    onFrame: answers.onFrame,
  })
  const { send = false, serviceUrl } = options
  const newDeadline = () => monotonicNow() + config.upstreamTimeoutMs
  const context = { config, genesys, answers, now, newDeadline, send, serviceUrl, learned: {} }
  try {
    const lines = [settingsLine(config), ...(await runChecks(context, options.ignored ?? []))]
    const isReachable = lines.some(({ check, status }) => check === 'tls' && status !== 'failed')
    const assumptions = options.withAssumptions && isReachable ? await seeAssumptions(context) : undefined
    const outcome = lines.some(({ status }) => status === 'failed') ? 'failed' : 'good'
    return { outcome, lines, answers: answers.shapes, ...(assumptions && { assumptions }), config }
  } finally {
    await genesys.guestApi.close()
    genesys.close()
  }
}

function settingsLine({ warnings, production }: Config): Line {
  const found = warnings.length === 0 ? ok('all can be read') : warning(warnings.join('; '))
  return { check: 'settings', ...found, found: `${found.found}${production ? '' : ' (not in production)'}` }
}

async function runChecks(context: CheckContext, ignored: readonly string[]): Promise<Line[]> {
  const lines: Line[] = []
  const blocked = new Map<string, string>()
  for (const check of CHECKS) {
    const { name, needs } = check
    const missing = needs.find((need) => blocked.has(need))
    const finding =
      missing === undefined
        ? await outcomeOf(() => check.run(context))
        : skipped(`needs: ${blocked.get(missing) ?? ''}`)
    if (missing !== undefined) blocked.set(name, blocked.get(missing) ?? '')
    const isIgnored = finding.status === 'failed' && ignored.includes(name)
    if (finding.status === 'failed' && !isIgnored) blocked.set(name, name)
    lines.push({ check: name, ...finding, ...(isIgnored && { status: 'warning' }) })
  }
  return lines
}

async function outcomeOf(run: () => Promise<Finding> | Finding): Promise<Finding> {
  try {
    return await run()
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error
    const { hint, correlationId, status } = error.facts
    const id = correlationId === undefined ? '' : ` (correlation id ${correlationId})`
    return failed(
      `${error.message}${id}`,
      [hint, addressFix(status, hint)].filter(Boolean).join(' ') || undefined,
    )
  }
}

/** An organization may have a list of allowed addresses, which applies to API clients too. */
function addressFix(status: number | undefined, hint = ''): string | undefined {
  if ((status !== 401 && status !== 403) || hint.includes(ADDRESS_LIST)) return undefined
  return `If the organization has a ${ADDRESS_LIST}, the address of this machine, or of its outbound proxy, must be on it.`
}
