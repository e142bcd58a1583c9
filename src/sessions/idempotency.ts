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
  firstTriedAtMs: number
  answer?: Answer
  /** True when the first try may have reached Genesys and the outcome is not known. */
  unknown?: boolean
}

const MAX_BYTES = 32 * 1024 * 1024

/** What is known of attempts, by guest and key. */
export type Attempts<Answer> = Map<string, Attempt<Answer>>

export function createAttempts<Answer>(capacity = 10_000): Attempts<Answer> {
  return new BoundedMap(capacity, { maxBytes: MAX_BYTES, bytesOf: ({ bytes }) => bytes })
}

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

/** What replicas know of attempts together. Whoever asks has an answer soon; undefined: nobody else can be asked. */
export interface SharedAttempts {
  /** Takes a key for an attempt, unless another replica has done so. */
  begin(id: string, body: string, keepMs: number): Promise<SharedAttempt | undefined>
}

export type SharedAttempt =
  | { readonly state: 'answered'; readonly answer: string }
  | { readonly state: 'in-progress' | 'reused' }
  | BegunAttempt

export interface BegunAttempt {
  readonly state: 'begun'
  /** How long ago an earlier try elsewhere was whose outcome is not known: replicas have clocks of their own. */
  readonly firstTriedMsAgo: number | undefined
  /** @param answer of `answered` */
  settle(outcome: 'answered' | 'unknown' | 'refused', answer?: string): Promise<void>
}

/** @param outcomeUnknown tells the errors after which the first try may still have succeeded. */
export function createIdempotency<Answer>(options: {
  readonly outcomeUnknown: (error: unknown) => boolean
  /** Where replicas share what they know. */
  readonly shared?: SharedAttempts | undefined
  readonly capacity?: number
  /** Those of another one, to go on with. */
  readonly attempts?: Attempts<Answer> | undefined
  readonly keepMs?: number
  /** Epoch ms: how long an answer is kept, and when a try was made, whatever is done to the clock. */
  readonly monotonicNow?: (() => number) | undefined
}): Idempotency<Answer> {
  const { outcomeUnknown, shared, keepMs = 600_000 } = options
  const { monotonicNow = processMonotonicNow } = options
  const attempts = options.attempts ?? createAttempts<Answer>(options.capacity)

  /** @throws also what the attempt throws, when its outcome is noted */
  async function run(
    current: Attempt<Answer>,
    begun: BegunAttempt | undefined,
    isRepeat: boolean,
    attempt: () => Promise<Answer>,
  ): Promise<Answer> {
    try {
      const answer = await attempt()
      current.answer = answer
      await begun?.settle('answered', JSON.stringify(answer))
      return answer
    } catch (error) {
      // Once unknown, a key stays so until an answer settles it: later failures say nothing of the first try.
      current.unknown = isRepeat || outcomeUnknown(error)
      await begun?.settle(current.unknown ? 'unknown' : 'refused')
      throw error
    }
  }

  return {
    async once(sid, key, body, attempt) {
      const id = `${sid} ${key}`
      const bodyHash = createHash('sha256').update(body).digest('base64')
      const earlier = attempts.get(id)
      const known = earlier !== undefined && earlier.expiresAtMs > monotonicNow() ? earlier : undefined
      if (known !== undefined) {
        if (known.bodyHash !== bodyHash) throw keyReused()
        if (known.answer !== undefined) return known.answer
        if (known.unknown !== true) throw requestInProgress()
      }
      // What is left of `known` here is a try whose outcome is unknown.
      const nowMs = monotonicNow()
      const bytes = 1000 + 2 * body.length
      const expiresAtMs = nowMs + keepMs
      const current: Attempt<Answer> = {
        bodyHash,
        expiresAtMs,
        firstTriedAtMs: known?.firstTriedAtMs ?? nowMs,
        bytes,
      }
      attempts.set(id, current)
      try {
        const others = await shared?.begin(id, body, keepMs)
        if (others?.state === 'reused') throw keyReused()
        if (others?.state === 'in-progress') throw requestInProgress()
        if (others?.state === 'answered') return (current.answer = JSON.parse(others.answer) as Answer)
        const begun = others?.state === 'begun' ? others : undefined
        const { firstTriedMsAgo } = begun ?? {}
        const triedElsewhereAtMs = firstTriedMsAgo === undefined ? undefined : nowMs - firstTriedMsAgo
        const firstTriedAtMs = known?.firstTriedAtMs ?? triedElsewhereAtMs
        if (firstTriedAtMs !== undefined) current.firstTriedAtMs = firstTriedAtMs
        return await run(current, begun, firstTriedAtMs !== undefined, () => attempt(firstTriedAtMs))
      } finally {
        if (current.answer === undefined && current.unknown !== true) restore(id, known)
      }
    },
  }

  /** The key is as it was before an attempt that came to nothing. */
  function restore(id: string, known: Attempt<Answer> | undefined): void {
    if (known === undefined) attempts.delete(id)
    else attempts.set(id, known)
  }
}

function keyReused(): SessionError {
  return new SessionError('idempotency_key_reused', 'This Idempotency-Key was used with another body.')
}

function requestInProgress(): SessionError {
  return new SessionError(
    'request_in_progress',
    'The first request with this Idempotency-Key is still in progress.',
    { retryAfterSeconds: 1 },
  )
}

/** The same UUID for the same guest and key, on every replica; a random one without a key. */
export function tracingIdFor(sid: string, key: string | undefined): string {
  if (key === undefined) return randomUUID()
  const hex = createHash('sha256').update(`${sid} ${key}`).digest('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}
