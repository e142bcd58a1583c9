import { createHash } from 'node:crypto'
import { BoundedMap } from '../../collections/bounded-map.ts'
import { WindowCounter, type CountShared } from '../../middleware/rate-limits.ts'
import { RequestError, type RequestErrorCode } from '../../errors/request-error.ts'
import type { Log } from '../../observability/log.ts'
import { createLogSampler } from '../../observability/log-sampler.ts'
import type { RequireChallenge } from '../../sessions/session-opening.ts'
import type { ChallengeSettings } from '../../settings/challenge-settings.ts'
import { createUpstreamAgents } from '../../outgoing-http/upstream-agents.ts'
import { CHALLENGE_LIFETIME_MS, createAltcha } from './altcha.ts'
import { createVendorCheck } from './vendors.ts'

export interface ChallengeFeature {
  readonly name: 'challenge'
  readonly capabilities: readonly []
  /** Undefined if the feature is not set up. */
  readonly requireChallenge: RequireChallenge | undefined
  addRoutes(): void
  readinessChecks(): Promise<readonly never[]>
  diagnose(): Promise<{ readonly found: string; readonly problems: readonly { hint: string }[] } | undefined>
  replaceSessionKeys(keys: readonly Uint8Array[]): void
  close(): void
}

export interface ChallengeParts {
  readonly log: Log
  readonly now: () => number
  readonly monotonicNow: () => number
  readonly sessionKeys: readonly Uint8Array[]
  /** Counts across all replicas; undefined if they share nothing. */
  readonly countShared: CountShared | undefined
  /** Whether a name has not been used before on any replica; undefined while that is unknown. */
  readonly takeOnce: ((name: string, windowMs: number) => Promise<boolean | undefined>) | undefined
}

const MINUTE_MS = 60_000
/** Longer than any solution is valid: vendors' tokens are valid for at most five minutes. */
const REMEMBER_MS = 2 * CHALLENGE_LIFETIME_MS
const MAX_REMEMBERED = 100_000
const VENDOR_SOCKETS = 64

export function createChallengeFeature(
  settings: ChallengeSettings | undefined,
  parts: ChallengeParts,
): ChallengeFeature {
  const challenge = settings && createChallenge(settings, parts)
  return {
    name: 'challenge',
    capabilities: [],
    requireChallenge: challenge?.requireSolution,
    addRoutes: () => undefined,
    readinessChecks: () => Promise.resolve([]),
    async diagnose() {
      if (!settings) return undefined
      const { kind, abovePerMinute: above } = settings
      const when = above === 0 ? 'each new session' : `new sessions above ${above} per minute`
      const failure = await challenge?.vendorFailure()
      if (failure === undefined) return { found: `${kind} before ${when}`, problems: [] }
      return { found: `${kind}: ${failure}`, problems: [{ hint: VENDOR_HINT }] }
    },
    replaceSessionKeys: (keys) => challenge?.replaceSessionKeys(keys),
    close: () => challenge?.close(),
  }
}

const VENDOR_HINT =
  'Compare CHALLENGE_SECRET, CHALLENGE_SITE_KEY and CHALLENGE_VERIFY_URL with what the vendor shows for your website.'

function createChallenge(settings: ChallengeSettings, parts: ChallengeParts) {
  const { kind, siteKey, abovePerMinute, onFailure } = settings
  const { log, now, monotonicNow, countShared, takeOnce } = parts
  const altcha = createAltcha({ keys: parts.sessionKeys, maxNumber: settings.difficulty, now })
  const agents = createUpstreamAgents({ maxSockets: VENDOR_SOCKETS })
  const checkAtVendor = kind === 'altcha' ? undefined : createVendorCheck({ ...settings, kind }, agents)
  const opened = new WindowCounter(1)
  const used = new BoundedMap<string, number>(MAX_REMEMBERED)
  const sample = createLogSampler()

  function refusal(code: RequestErrorCode, detail: string): RequestError {
    const challenge =
      kind === 'altcha' ? altcha.create() : { kind, ...(siteKey !== undefined && { siteKey }) }
    return new RequestError(code, detail, { challenge })
  }

  async function isDue(): Promise<boolean> {
    if (abovePerMinute === 0) return true
    const { hits } = opened.hit('', monotonicNow())
    const together = await countShared?.('challenge', '', MINUTE_MS)
    return Math.max(hits, together?.hits ?? 0) > abovePerMinute
  }

  /** @returns what identifies the solution; undefined if it is accepted without verification */
  async function solutionOf(token: string, origin: string | undefined): Promise<string | undefined> {
    if (checkAtVendor === undefined) {
      const solved = altcha.verify(token)
      if (solved === undefined) throw refusal('challenge_failed', 'The solution is wrong or too old.')
      return solved
    }
    const { verdict, reason } = await checkAtVendor(token, origin && new URL(origin).hostname)
    if (verdict === 'accepted') return createHash('sha256').update(token).digest('hex')
    if (verdict === 'refused') throw refusal('challenge_failed', 'The solution was refused.')
    const count = sample('unavailable')
    if (count !== undefined)
      log.warn({ count, reason: `${kind}: ${reason}` }, 'a challenge could not be verified')
    if (onFailure === 'accept') return undefined
    throw new RequestError('challenge_unavailable', 'The solution cannot be verified at the moment.', {
      hint: `The challenge vendor did not verify the solution: ${reason}.`,
    })
  }

  async function isFirstUse(solution: string): Promise<boolean> {
    const nowMs = monotonicNow()
    const untilMs = used.get(solution)
    if (untilMs !== undefined && nowMs < untilMs) return false
    // Recorded before the shared store responds, so that a concurrent request to this process cannot use the solution too.
    used.set(solution, nowMs + REMEMBER_MS)
    return (await takeOnce?.(`challenge:${solution}`, REMEMBER_MS)) ?? true
  }

  const requireSolution: RequireChallenge = async ({ origin, challenge: token }) => {
    if (!(await isDue())) return
    if (token === undefined)
      throw refusal('challenge_required', 'A challenge must be solved before a session is opened.')
    const solution = await solutionOf(token, origin)
    if (solution !== undefined && !(await isFirstUse(solution)))
      throw refusal('challenge_failed', 'The solution was used before.')
  }
  return {
    requireSolution,
    /**
     * Why the vendor cannot be used; undefined if it can. Sends an invalid token, which the vendor refuses if the settings
     * are right.
     */
    async vendorFailure() {
      const answer = await checkAtVendor?.('no-token', undefined)
      return answer?.verdict === 'unavailable' ? answer.reason : undefined
    },
    replaceSessionKeys: (keys: readonly Uint8Array[]) => altcha.replaceKeys(keys),
    close: () => agents.close(),
  }
}
