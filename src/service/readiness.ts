import type { AccessToken } from './genesys/oauth/access-token.ts'
import { activeDeployment } from './genesys/active-deployment.ts'
import type { DeadlineAtMs, GuestApi } from './genesys/guest-api.ts'
import type { ReadinessCheck, ReadinessReport } from './observability/readiness-report.ts'
import type { ServiceState } from './service-state.ts'
import { monotonicNow as processMonotonicNow } from './time/monotonic-now.ts'
import { UpstreamError } from './errors/upstream-error.ts'

export interface Readiness {
  /** @param onlySite the id of one of several sites, for a report that reveals nothing about the others */
  readonly report: (onlySite?: string) => Promise<ReadinessReport>
  /** Adds the notice to the checks, and replaces an earlier one with the same name. */
  addNotice(notice: ReadinessCheck): void
}

/** One site's checks; `site` is undefined for a single site. */
export interface SiteChecks {
  readonly site: string | undefined
  readonly checks: readonly ReadinessCheck[]
}

const CHECK_TIMEOUT_MS = 5000
/** Orchestrators probe every few seconds, and not every probe should cause a request to Genesys. */
const REPORT_TTL_MS = 5000

/** These codes mean that Genesys has refused the configuration. Others mean that a host is unreachable at the moment. */
const REFUSALS: ReadonlySet<string> = new Set([
  'deployment_not_usable',
  'upstream_auth_failed',
  'upstream_refused',
])

interface SharedStateHealth {
  readonly isAvailable: boolean
  readonly roundTripMs?: number | undefined
}

/** Above this round-trip time, Redis slows requests down. Within one data center, it responds in less than a millisecond. */
const SLOW_REDIS_MS = 20

export interface SiteChecksOptions {
  readonly guestApi: GuestApi
  /** Undefined if no OAuth credentials are configured. */
  readonly accessToken: Pick<AccessToken, 'get'> | undefined
  /** The configured websites, each of which the deployment must allow too. */
  readonly allowedOrigins?: readonly string[]
  /** Undefined if replicas share nothing. */
  readonly sharedState?: SharedStateHealth | undefined
  readonly monotonicNow?: () => number
}

/** Creates a site's checks. However often they are read, Genesys is asked at most once in {@link REPORT_TTL_MS}. */
export function createSiteChecks(options: SiteChecksOptions): () => Promise<readonly ReadinessCheck[]> {
  const { guestApi, accessToken, sharedState, monotonicNow = processMonotonicNow } = options
  let known: { atMs: number; checks: Promise<ReadinessCheck[]> } | undefined

  async function askGenesys(): Promise<ReadinessCheck[]> {
    const deadlineAtMs = monotonicNow() + CHECK_TIMEOUT_MS
    // Web messaging works without OAuth. With OAuth, attributes can also change between messages.
    const needsOAuth = guestApi.name !== 'web-messaging'
    const checks = await Promise.all([
      ...(accessToken ? [check('oauth', needsOAuth, accessToken.get(deadlineAtMs))] : []),
      check('deployment', true, currentDeployment(guestApi, deadlineAtMs)),
      ...(guestApi.originsNotAllowed ? [checkOrigins(options, deadlineAtMs)] : []),
    ])
    // If the deployment cannot be read, it is not known which domains it allows.
    const isKnown = checks.some(({ name, ok }) => name === 'deployment' && ok)
    return isKnown ? checks : checks.filter(({ name }) => name !== 'allowed-domains')
  }

  return async () => {
    if (known === undefined || monotonicNow() - known.atMs > REPORT_TTL_MS)
      known = { atMs: monotonicNow(), checks: askGenesys() }
    return [...(await known.checks), ...(sharedState ? [redisCheck(sharedState)] : [])]
  }
}

/**
 * Reports whether this process can serve guests. A wrong setting makes the process not ready if no site can serve its
 * guests. An unreachable host does not: otherwise all replicas would be taken out of service at the same time, although
 * guests can still be served with cached data.
 */
export function createReadiness(options: {
  readonly sites: () => Promise<readonly SiteChecks[]>
  readonly state: ServiceState
}): Readiness {
  const notices = new Map<string, ReadinessCheck>()
  return {
    async report(onlySite) {
      const sites = await options.sites()
      const report =
        onlySite === undefined
          ? reportOf(sites, [...notices.values()])
          : reportOf(sites.filter(({ site }) => site === onlySite))
      if (!options.state.isStopping) return report
      const draining = { name: 'draining', ok: false, essential: true, code: 'shutting_down' } as const
      return { status: 'not ready', checks: [...report.checks, draining] }
    },
    addNotice: (notice) => void notices.set(notice.name, notice),
  }
}

/** Not ready only if no site can serve its guests. */
export function reportOf(
  sites: readonly SiteChecks[],
  notices: readonly ReadinessCheck[] = [],
): ReadinessReport {
  const checks = [
    ...sites.flatMap(({ site, checks }) =>
      checks.map((check) => (site === undefined ? check : { site, ...check })),
    ),
    ...notices,
  ]
  const cannotServe = (each: SiteChecks) => each.checks.some(({ ok, essential }) => !ok && essential)
  if (sites.every(cannotServe)) return { status: 'not ready', checks }
  return { status: checks.every(({ ok }) => ok) ? 'ready' : 'degraded', checks }
}

function redisCheck({ isAvailable, roundTripMs = 0 }: SharedStateHealth): ReadinessCheck {
  const name = 'redis'
  if (isAvailable && roundTripMs <= SLOW_REDIS_MS) return { name, ok: true }
  const hint = isAvailable
    ? `Redis takes ${Math.round(roundTripMs)} ms to respond, and requests wait for it. Run Redis close to the service.`
    : 'Redis does not respond: limits, idempotency keys and sign-ins apply per process.'
  return { name, ok: false, essential: false, hint }
}

/** @throws if the deployment cannot be read again, even while a cached result is still used */
async function currentDeployment(guestApi: GuestApi, deadlineAtMs: DeadlineAtMs): Promise<void> {
  await activeDeployment(guestApi, deadlineAtMs)
  if (guestApi.deploymentError) throw guestApi.deploymentError
}

async function check(
  name: ReadinessCheck['name'],
  isNeeded: boolean,
  result: Promise<unknown>,
): Promise<ReadinessCheck> {
  try {
    await result
    return { name, ok: true }
  } catch (error) {
    if (!(error instanceof UpstreamError))
      return { name, ok: false, essential: isNeeded, code: 'internal_error' }
    const { code, facts } = error
    const hint = facts.hint === undefined ? {} : { hint: facts.hint }
    return { name, ok: false, essential: isNeeded && REFUSALS.has(code), code, ...hint }
  }
}

/** If this service allows a website, but the deployment does not, every guest on the website gets 502. */
async function checkOrigins(
  { guestApi, allowedOrigins = [] }: SiteChecksOptions,
  deadlineAtMs: DeadlineAtMs,
): Promise<ReadinessCheck> {
  const name = 'allowed-domains'
  const leftOut = (await guestApi.originsNotAllowed?.(allowedOrigins, deadlineAtMs)) ?? []
  if (leftOut.length === 0) return { name, ok: true }
  const hint = `The Messenger deployment does not allow ${leftOut.join(', ')}: add each to its allowed domains in Genesys Cloud, or remove it from ALLOWED_ORIGINS.`
  return { name, ok: false, essential: false, code: 'deployment_not_usable', hint }
}
