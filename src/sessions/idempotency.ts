import { createHash, randomUUID } from 'node:crypto'
import { monotonicNow as processMonotonicNow } from '../upstream/monotonic-now.ts'
import { BoundedMap } from './bounded-map.ts'
import { SessionError } from './session-error.ts'

interface Attempt<Answer> {
  readonly bodyHash: string
  readonly expiresAtMs: number
  /** About what it keeps, with an answer that repeats the body. */
  readonly bytes: number
  /** Of the first try whose outcome is not known. */
  readonly firstTriedAtMs: number
  answer?: Answer
  /** True when the first try may have reached Genesys and the outcome is not known. */
  unknown?: boolean
}

const MAX_BYTES = 32 * 1024 * 1024

export interface Idempotency<Answer> {
  /**
   * Runs `attempt` once per guest and key. A repeat gets the first answer; a failure is forgotten,
   * except one whose outcome is unknown: the next try is told when that was, so that it looks before it sends.
   * @throws {SessionError} `idempotency_key_reused`, `request_in_progress`
   */
  once(
    sid: string,
    key: string,
    body: string,
    attempt: (firstTriedAtMs: number | undefined) => Promise<Answer>,
  ): Promise<Answer>
}

/** @param outcomeUnknown tells the errors after which the first try may still have succeeded. */
export function createIdempotency<Answer>(options: {
  readonly outcomeUnknown: (error: unknown) => boolean
  readonly capacity?: number
  readonly keepMs?: number
  /** Epoch ms: how long an answer is kept, and when a try was made, whatever is done to the clock. */
  readonly monotonicNow?: (() => number) | undefined
}): Idempotency<Answer> {
  const { outcomeUnknown, capacity = 10_000, keepMs = 600_000 } = options
  const { monotonicNow = processMonotonicNow } = options
  const attempts = new BoundedMap<string, Attempt<Answer>>(capacity, {
    maxBytes: MAX_BYTES,
    bytesOf: ({ bytes }) => bytes,
  })
  return {
    async once(sid, key, body, attempt) {
      const id = `${sid} ${key}`
      const bodyHash = createHash('sha256').update(body).digest('base64')
      const earlier = attempts.get(id)
      const known = earlier !== undefined && earlier.expiresAtMs > monotonicNow() ? earlier : undefined
      if (known !== undefined) {
        if (known.bodyHash !== bodyHash) {
          throw new SessionError('idempotency_key_reused', 'This Idempotency-Key was used with another body.')
        }
        if (known.answer !== undefined) return known.answer
        if (known.unknown !== true) {
          throw new SessionError(
            'request_in_progress',
            'The first request with this Idempotency-Key is still in progress.',
            {
              retryAfterSeconds: 1,
            },
          )
        }
      }
      // What is left of `known` here is a try whose outcome is unknown.
      const nowMs = monotonicNow()
      const firstTriedAtMs = known?.firstTriedAtMs ?? nowMs
      const bytes = 1000 + 2 * body.length
      const current: Attempt<Answer> = { bodyHash, expiresAtMs: nowMs + keepMs, firstTriedAtMs, bytes }
      attempts.set(id, current)
      try {
        current.answer = await attempt(known?.firstTriedAtMs)
        return current.answer
      } catch (error) {
        // Once unknown, a key stays so until an answer settles it: later failures say nothing of the first try.
        if (known !== undefined || outcomeUnknown(error)) current.unknown = true
        else attempts.delete(id)
        throw error
      }
    },
  }
}

/** The same UUID for the same guest and key, on every replica; a random one without a key. */
export function tracingIdFor(sid: string, key: string | undefined): string {
  if (key === undefined) return randomUUID()
  const hex = createHash('sha256').update(`${sid} ${key}`).digest('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}
