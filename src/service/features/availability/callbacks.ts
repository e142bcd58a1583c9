import { createHash } from 'node:crypto'
import type { Callback, CallbackRequest } from '../../../contract/contract.ts'
import { BoundedMap } from '../../collections/bounded-map.ts'
import { RequestError } from '../../errors/request-error.ts'
import { createIdempotency, type SharedAttempts } from '../../sessions/idempotency.ts'
import { UpstreamError } from '../../errors/upstream-error.ts'
import type { AvailabilityOfSite } from './availability.ts'
import {
  createCallBudget,
  type ReturnableCallBudget,
  type SharedCalls,
} from '../../outgoing-http/call-budget.ts'
import { internationalNumber, type CountryCode } from './phone-number.ts'
import type { CallbackOperations } from './callback-operations.ts'

const HOUR_MS = 3_600_000
const MAX_PER_NUMBER = 3
const MAX_PER_ADDRESS = 10
const MAX_KNOWN_KEYS = 20_000
const MAX_AHEAD_MS = 30 * 24 * HOUR_MS
/** A time that has just passed means now. */
const GRACE_MS = 60_000

export interface CallbackSettings {
  /** Whether only visitors with a verified identity can request a callback. */
  readonly needsVerifiedVisitor: boolean
  /** The country that is assumed for numbers without a country code. */
  readonly country: CountryCode | undefined
}

export interface CallbackContext {
  readonly sid: string
  readonly address: string
  readonly isVerified: boolean
  readonly idempotencyKey: string | undefined
  readonly deadlineAtMs: number
}

export interface CallbackOptions {
  readonly settings: CallbackSettings
  readonly queueId: string
  readonly site: Pick<AvailabilityOfSite, 'current' | 'hoursAt'>
  readonly operations: Pick<CallbackOperations, 'createCallback'>
  readonly now: () => number
  readonly monotonicNow: () => number
  readonly sharedCalls?: SharedCalls | undefined
  readonly sharedAttempts?: SharedAttempts | undefined
  /** Masks the parts of the name that must not leave the service. */
  readonly mask?: ((text: string) => string) | undefined
}

/** Requests a callback for a guest from Genesys, at a time when the contact center is open. */
export function createCallbacks(options: CallbackOptions) {
  const { settings, queueId, site, operations, now, monotonicNow } = options
  const { mask = (text: string) => text } = options
  const idempotency = createIdempotency<Callback>({
    outcomeUnknown: isOutcomeUnknown,
    shared: options.sharedAttempts,
    monotonicNow,
  })
  const budgets = new BoundedMap<string, ReturnableCallBudget>(MAX_KNOWN_KEYS)

  /** A budget's name is a hash, so that no phone number stays in memory. */
  function budgetOf(kind: string, value: string, max: number): ReturnableCallBudget {
    const name = `callbacks-${kind}:${createHash('sha256').update(value).digest('base64url').slice(0, 22)}`
    const budget =
      budgets.get(name) ??
      createCallBudget({ max, windowMs: HOUR_MS, name, shared: options.sharedCalls, monotonicNow })
    budgets.set(name, budget)
    return budget
  }

  /** Requests the callback within the limits. They count only callbacks that Genesys has, or may have. */
  async function withinLimits<T>(number: string, address: string, request: () => Promise<T>): Promise<T> {
    const taken: ReturnableCallBudget[] = []
    const take = async (kind: string, value: string, max: number) => {
      const budget = budgetOf(kind, value, max)
      if (!(await budget.take())) throw tooMany(kind)
      taken.push(budget)
    }
    try {
      await take('number', number, MAX_PER_NUMBER)
      await take('address', address, MAX_PER_ADDRESS)
      return await request()
    } catch (error) {
      if (!isOutcomeUnknown(error)) await Promise.all(taken.map((budget) => budget.giveBack()))
      throw error
    }
  }

  /** @returns undefined if the callback is wanted as soon as possible */
  function wantedTime(at: string | undefined): number | undefined {
    const atMs = at === undefined ? undefined : Date.parse(at)
    if (atMs === undefined || Math.abs(atMs - now()) <= GRACE_MS) return undefined
    if (atMs < now()) throw invalid('at', 'is in the past')
    if (atMs > now() + MAX_AHEAD_MS) throw invalid('at', 'is more than 30 days ahead')
    return atMs
  }

  /** While the hours are unknown, no time is rejected. */
  async function requireOpen(atMs: number | undefined, deadlineAtMs: number): Promise<void> {
    if (atMs === undefined) {
      const { availability } = await site.current()
      const { state, opensAt } = availability
      if (state === 'closed' || state === 'holiday' || state === 'emergency') throw closedThen(opensAt)
      return
    }
    const hours = await site.hoursAt(atMs, deadlineAtMs)
    if (hours.state !== 'closed' && hours.state !== 'holiday') return
    throw closedThen(hours.opensAtMs === undefined ? undefined : new Date(hours.opensAtMs).toISOString())
  }

  async function create(request: CallbackRequest, context: CallbackContext): Promise<Callback> {
    const found = internationalNumber(request.phone, settings.country)
    if (!found) throw invalid('phone', 'is not a valid phone number; start it with + and the country code')
    const atMs = wantedTime(request.at)
    await requireOpen(atMs, context.deadlineAtMs)
    const at = atMs === undefined ? undefined : new Date(atMs).toISOString()
    const callback = { queueId, name: request.name, number: found.number, country: found.country, at }
    const id = await withinLimits(found.number, context.address, () =>
      operations.createCallback(callback, context.deadlineAtMs),
    )
    return { id, phone: found.number, ...(at !== undefined && { at }) }
  }

  return async function requestCallback(asked: CallbackRequest, context: CallbackContext): Promise<Callback> {
    const request = { ...asked, name: mask(asked.name) }
    if (settings.needsVerifiedVisitor && !context.isVerified)
      throw new RequestError('callback_not_allowed', 'Only visitors who are signed in can be called back.')
    const { sid, idempotencyKey: key } = context
    if (key === undefined) return create(request, context)
    // Does not collide with the idempotency keys of messages.
    const keyed = { sid: `${sid} callbacks`, key, body: JSON.stringify(request), isRepeat: false }
    return idempotency.once(keyed, (earlier) => {
      // Genesys has no search for callbacks, and a missing callback is better than a duplicate.
      if (earlier)
        throw new UpstreamError('delivery_unknown', 'It is unknown whether Genesys has the callback.')
      return create(request, context)
    })
  }
}

function isOutcomeUnknown(error: unknown): boolean {
  return error instanceof UpstreamError && error.code === 'delivery_unknown'
}

function tooMany(kind: string): RequestError {
  return new RequestError('rate_limited', `Too many callbacks were requested for this ${kind}.`, {
    retryAfterSeconds: HOUR_MS / 1000,
  })
}

function invalid(path: string, message: string): RequestError {
  return new RequestError('invalid_request', 'The request does not have the documented form.', {
    errors: [{ path, message }],
  })
}

function closedThen(nextPossibleAt: string | undefined): RequestError {
  return new RequestError('callback_outside_hours', 'The contact center is closed at that time.', {
    ...(nextPossibleAt !== undefined && { nextPossibleAt }),
  })
}
