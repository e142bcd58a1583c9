import { createHash } from 'node:crypto'
import type { Availability } from '../../../contract/contract.ts'
import type { AccessToken } from '../../genesys/oauth/access-token.ts'
import type { Log } from '../../observability/log.ts'
import type { UpstreamClient } from '../../outgoing-http/upstream-client.ts'
import { createCallBudget, type CallBudget, type SharedCalls } from '../../outgoing-http/call-budget.ts'
import { causeOf, createHoursReader, describeCauses, type Cause } from './hours-reader.ts'
import type { OpeningHours } from './opening-hours.ts'
import { createPlatformOperations, type PlatformOperations } from './platform-operations.ts'
import { createReadings, type Reading, type Readings, type SharedValues } from './readings.ts'
import { waitRange } from './wait-range.ts'

export interface AvailabilitySettings {
  readonly scheduleGroupId: string | undefined
  readonly emergencyGroupId: string | undefined
  readonly queueId: string | undefined
}

export interface AvailabilityOptions extends AvailabilitySettings {
  readonly api: UpstreamClient
  readonly apiUrl: string
  readonly accessToken: AccessToken
  readonly log: Log
  readonly now: () => number
  readonly monotonicNow: () => number
  /** The time limit for one evaluation. */
  readonly timeoutMs: number
  /** Calls to Genesys. Default: 20. */
  readonly callsPerMinute?: number | undefined
  /** Values that replicas share. */
  readonly sharedValues?: SharedValues | undefined
  readonly sharedCalls?: SharedCalls | undefined
}

/** What a page receives, and what an operator should know about it. */
export interface Evaluation {
  readonly availability: Availability
  /** The JSON of `availability`, and an entity tag that does not depend on the time of the evaluation. */
  readonly body: string
  readonly etag: string
  /** Why values are not known. */
  readonly causes: readonly Cause[]
}

export interface AvailabilityOfSite {
  /** An evaluation that is at most a second old. Failed requests to Genesys are among its causes. */
  current(): Promise<Evaluation>
  /** Like `current`, but reads all configured values, even those that the state does not depend on. */
  inspect(): Promise<Evaluation>
  /** The latest evaluation, without a call to Genesys. */
  readonly latest: Evaluation | undefined
  /** The opening hours at another time; `open` if none are configured. */
  hoursAt(ms: number, deadlineAtMs: number): Promise<OpeningHours>
  /** For other operations that share the calls per minute. */
  readonly platform: PlatformOperations
  readonly budget: CallBudget
}

/** A share of the 300 calls per minute that an OAuth client can make in total. */
const CALLS_PER_MINUTE = 20
/** Short, because guests should learn of an emergency soon. */
const EMERGENCY_TTL_MS = 30_000
const OBSERVATIONS_TTL_MS = 10_000
const WAIT_TTL_MS = 30_000
/** Within this time, the availability is evaluated once, however many pages request it. */
const EVALUATION_TTL_MS = 1000

/** Determines whether guests can reach an agent, from the emergency group, the opening hours and the queue, if configured. */
export function createAvailability(options: AvailabilityOptions): AvailabilityOfSite {
  const { scheduleGroupId, emergencyGroupId, queueId, log, now, monotonicNow, timeoutMs } = options
  const budget = createCallBudget({
    max: options.callsPerMinute ?? CALLS_PER_MINUTE,
    name: 'availability',
    shared: options.sharedCalls,
    monotonicNow,
  })
  const platform = createPlatformOperations({ ...options, budget })
  const reading = createReadings({ shared: options.sharedValues, now, monotonicNow })
  const readHours =
    scheduleGroupId === undefined ? undefined : createHoursReader({ scheduleGroupId, platform, reading, now })
  const readEmergency =
    emergencyGroupId === undefined
      ? undefined
      : reading(`emergency-group:${emergencyGroupId}`, {
          ttlMs: EMERGENCY_TTL_MS,
          load: (deadlineAtMs) => platform.readEmergencyGroup(emergencyGroupId, deadlineAtMs),
        })
  const queue = queueId === undefined ? undefined : queueReadings(queueId, platform, reading)

  async function evaluate(readsAll = false): Promise<Evaluation> {
    const deadlineAtMs = monotonicNow() + timeoutMs
    const readings: Reading<unknown>[] = []
    const causes: Cause[] = []

    /** Returns undefined if the value cannot be read, and notes the cause. */
    async function take<T>(read: (deadlineAtMs: number) => Promise<Reading<T>>, subject: string) {
      try {
        const found = await read(deadlineAtMs)
        readings.push(found)
        return found
      } catch (error) {
        causes.push(causeOf(error, subject))
        return undefined
      }
    }

    async function emergencyState(): Promise<'emergency' | 'unknown' | undefined> {
      if (!readEmergency) return undefined
      const found = await take(readEmergency, 'The emergency group')
      if (!found) return 'unknown'
      if (found.value.state?.toLowerCase() === 'deleted') {
        causes.push({
          hint: 'The emergency group GENESYS_EMERGENCY_GROUP_ID was deleted in Genesys Cloud.',
        })
        return 'unknown'
      }
      return found.value.enabled === true ? 'emergency' : undefined
    }

    async function staffing(): Promise<
      Pick<Availability, 'waitMinutes'> & { state: 'open' | 'unstaffed' | 'unknown' }
    > {
      if (!queue) return { state: 'open' }
      const [users, wait] = await Promise.all([
        take(queue.countUsers, 'The queue'),
        take(queue.estimateWait, 'The estimated wait'),
      ])
      if (users === undefined) return { state: 'unknown' }
      if (users.value === undefined) {
        causes.push({ hint: 'Genesys has no observations for the queue: check GENESYS_QUEUE_ID.' })
        return { state: 'unknown' }
      }
      if (users.value === 0) return { state: 'unstaffed' }
      const waitMinutes = waitRange(wait?.value)
      return { state: 'open', ...(waitMinutes && { waitMinutes }) }
    }

    const [emergency, read] = await Promise.all([emergencyState(), readHours?.(deadlineAtMs)])
    readings.push(...(read?.readings ?? []))
    causes.push(...(read?.causes ?? []))
    const hours: OpeningHours = read?.hours ?? { state: 'open' }
    const state = emergency ?? hours.state
    const staffed = state === 'open' ? await staffing() : { state }
    if (readsAll && state !== 'open') await staffing()
    const stale = readings.filter(({ isStale }) => isStale)
    const asOfMs = Math.min(now(), ...stale.map(({ readAtMs }) => readAtMs))
    return evaluationOf(
      {
        ...(emergency === undefined ? timesOf(hours, staffed.state) : {}),
        ...(read?.timeZone !== undefined && { timeZone: read.timeZone }),
        ...staffed,
        asOf: new Date(asOfMs).toISOString(),
        stale: stale.length > 0,
      },
      causes,
    )
  }

  let latest: Evaluation | undefined
  let running: { readonly startedAtMs: number; readonly result: Promise<Evaluation> } | undefined
  const noteCauses = createCauseLog(log)

  return {
    current() {
      const nowMs = monotonicNow()
      if (running === undefined || nowMs - running.startedAtMs >= EVALUATION_TTL_MS) {
        const result = evaluate().then((evaluation) => {
          latest = evaluation
          noteCauses(evaluation.causes)
          return evaluation
        })
        running = { startedAtMs: nowMs, result }
      }
      return running.result
    },
    inspect: () => evaluate(true),
    async hoursAt(ms, deadlineAtMs) {
      if (!readHours) return { state: 'open' }
      const { hoursAt } = await readHours(deadlineAtMs)
      return hoursAt?.(ms) ?? { state: 'unknown' }
    },
    platform,
    budget,
    get latest() {
      return latest
    },
  }
}

function queueReadings(queueId: string, platform: PlatformOperations, reading: Readings) {
  return {
    countUsers: reading(`users-on-queue:${queueId}`, {
      ttlMs: OBSERVATIONS_TTL_MS,
      load: (deadlineAtMs) => platform.countUsersOnQueue(queueId, deadlineAtMs),
    }),
    estimateWait: reading(`wait:${queueId}`, {
      ttlMs: WAIT_TTL_MS,
      load: (deadlineAtMs) => platform.estimateWaitSeconds(queueId, deadlineAtMs),
    }),
  }
}

/** When the state changes, if schedules determine that. They do not determine when agents return to a queue. */
function timesOf({ untilMs, opensAtMs }: OpeningHours, state: Availability['state']) {
  if (state === 'unstaffed' || state === 'unknown') return {}
  return {
    ...(untilMs !== undefined && { until: new Date(untilMs).toISOString() }),
    ...(opensAtMs !== undefined && { opensAt: new Date(opensAtMs).toISOString() }),
  }
}

function evaluationOf(availability: Availability, causes: readonly Cause[]): Evaluation {
  const { asOf, ...rest } = availability
  const digest = createHash('sha256')
    .update(JSON.stringify(rest))
    .update(rest.stale ? asOf : '')
  return {
    availability,
    body: JSON.stringify(availability),
    etag: `W/"${digest.digest('base64url').slice(0, 22)}"`,
    causes,
  }
}

/**
 * Logs each cause when it is new, and logs when no cause is left, however often the availability is evaluated. New causes
 * share one line, however many there are.
 */
function createCauseLog(log: Log): (causes: readonly Cause[]) => void {
  let known = new Set<string>()
  return (causes) => {
    const added = causes.filter(({ hint }) => !known.has(hint))
    const [first] = added
    if (first)
      log.warn(
        { code: first.code, hint: describeCauses(added), count: added.length },
        'availability is not fully known',
      )
    if (known.size > 0 && causes.length === 0) log.info({}, 'availability is known again')
    known = new Set(causes.map(({ hint }) => hint))
  }
}
