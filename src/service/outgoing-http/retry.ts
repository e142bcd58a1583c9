import { MAX_RETRY_AFTER_SECONDS } from '../errors/upstream-error.ts'
import type { Outcome, TransportFailure, UpstreamResponse } from './http-attempt.ts'

/**
 * Whether a request may be sent again:
 * - `idempotent`: reads, and writes that may happen twice.
 * - `non-idempotent`: writes that must not happen twice, such as a guest's message. They are sent again only if it
 *   is certain that the upstream has not accepted them. If that is uncertain, the error is `delivery_unknown`.
 * - `creation`: sent again under the same condition. If the response is lost, the error is not `delivery_unknown`.
 *   The page may simply try again, because an unused object left by the first attempt does no harm.
 * - `never`: requests that can be sent only once, such as those whose body is a stream.
 */
export type RetryKind = 'idempotent' | 'non-idempotent' | 'creation' | 'never'

const MAX_TRIES = 3
const FIRST_PAUSE_MS = 200
const RETRYABLE_STATUSES: readonly number[] = [429, 502, 503, 504]

export interface Attempt {
  /** Counted from 1. */
  readonly number: number
  readonly retry: RetryKind
  readonly deadlineAtMs: number
}

/** The wait before the next attempt, or undefined if there must be no further attempt. */
export function retryDelayMs(
  outcome: Outcome,
  { number, retry, deadlineAtMs }: Attempt,
  nowMs: number,
  random: () => number,
): number | undefined {
  if (number >= MAX_TRIES || !mayBeRepeated(outcome, retry)) return undefined
  const askedSeconds = outcome.kind === 'response' ? retryAfterSeconds(outcome, nowMs) : undefined
  const fullJitterMs = random() * FIRST_PAUSE_MS * 2 ** number
  const pauseMs = askedSeconds === undefined ? fullJitterMs : askedSeconds * 1000
  return nowMs + pauseMs < deadlineAtMs ? pauseMs : undefined
}

function mayBeRepeated(outcome: Outcome, retry: RetryKind): boolean {
  if (retry === 'never') return false
  if (outcome.kind !== 'response') return mayBeSentAgain(outcome, retry)
  return retry === 'idempotent' ? RETRYABLE_STATUSES.includes(outcome.status) : outcome.status === 429
}

/**
 * A request that timed out after it was sent is not sent again: retries would triple the load on a slow upstream.
 */
function mayBeSentAgain({ kind, sent }: TransportFailure, retry: RetryKind): boolean {
  if (kind === 'unsendable') return false
  return !sent || (retry === 'idempotent' && kind === 'lost')
}

/** The wait that the response requests: `Retry-After`, or on a 429, the time until the platform's next minute. */
export function retryAfterSeconds({ status, message }: UpstreamResponse, nowMs: number): number | undefined {
  const { headers } = message
  const asked = parseRetryAfter(headers['retry-after'], nowMs)
  if (asked !== undefined || status !== 429) return asked
  return parseRetryAfter(headers['inin-ratelimit-reset'], nowMs)
}

/**
 * Seconds from now for a `Retry-After` in either form (RFC 9110 section 10.2.3). A past time gives 0, a time too
 * far ahead gives a day, and an invalid value gives undefined.
 */
export function parseRetryAfter(value: unknown, nowMs: number): number | undefined {
  const text = typeof value === 'string' ? value.trim() : ''
  if (/^\d+$/.test(text)) return Math.min(Number(text), MAX_RETRY_AFTER_SECONDS)
  if (!/^[A-Z][a-z]{2,8},? .*\d\d:\d\d:\d\d( \d{4}| GMT)$/.test(text)) return undefined
  const atMs = Date.parse(text.endsWith('GMT') ? text : `${text} GMT`)
  if (Number.isNaN(atMs)) return undefined
  return Math.min(Math.max(0, Math.ceil((atMs - nowMs) / 1000)), MAX_RETRY_AFTER_SECONDS)
}
