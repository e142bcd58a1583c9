import { createHash, randomUUID } from 'node:crypto'
import { monotonicNow as processMonotonicNow } from '../time/monotonic-now.ts'
import { BoundedMap } from '../collections/bounded-map.ts'
import { SessionError } from './session-error.ts'

interface Attempt<Answer> {
  readonly bodyHash: string
  readonly expiresAtMs: number
  /** About what it keeps, with an answer that repeats the body. */
  readonly bytes: number
  /** Of the first try whose outcome is not known; undefined where that was elsewhere, nobody knows when. */
  firstTriedAtMs: number | undefined
  answer?: Answer
  /** True when the first try may have reached Genesys and the outcome is not known. */
  unknown?: boolean
  /** Of a key that Genesys has certainly not taken: the repeat that comes next, unless others went elsewhere. */
  nextRetry?: number
}

const MAX_BYTES = 32 * 1024 * 1024

/** What is known of attempts, by guest and key. */
export type Attempts<Answer> = Map<string, Attempt<Answer>>

export function createAttempts<Answer>(capacity = 10_000): Attempts<Answer> {
  return new BoundedMap(capacity, { maxBytes: MAX_BYTES, bytesOf: ({ bytes }) => bytes })
}

/** A try whose outcome is not known, and when it was, where that is known. */
export interface EarlierTry {
  readonly atMs: number | undefined
  /** For whoever finds out that it was not taken. */
  readonly noteNotTaken: () => void
}

export interface KeyedRequest {
  readonly sid: string
  readonly key: string
  readonly body: string
  /** It says of itself that it was tried before. */
  readonly isRepeat: boolean
  /** The number of the repeat as the page counts them, 0 for the first try. */
  readonly retry?: number | undefined
}

export interface Idempotency<Answer> {
  /**
   * Runs `attempt` once per guest and key. A repeat gets the first answer. After a failure whose outcome is unknown the
   * next try gets an {@link EarlierTry}, so that it looks before it sends.
   * @throws {SessionError} `idempotency_key_reused`, `request_in_progress`
   */
  once(request: KeyedRequest, attempt: (earlier: EarlierTry | undefined) => Promise<Answer>): Promise<Answer>
}

/** What replicas know of attempts together. Whoever asks has an answer soon; undefined: nobody else can be asked. */
export interface SharedAttempts {
  /** Takes a key for an attempt, unless another replica has done so. */
  begin(
    id: string,
    body: string,
    options: { readonly keepMs: number; readonly isRepeat: boolean },
  ): Promise<SharedAttempt | undefined>
}

export type SharedAttempt =
  | { readonly state: 'answered'; readonly answer: string }
  | { readonly state: 'in-progress' | 'reused' }
  | BegunAttempt

export interface BegunAttempt {
  readonly state: 'begun'
  /** An earlier try whose outcome is not known, and how long ago it was: replicas have clocks of their own. */
  readonly earlier: { readonly msAgo: number | undefined } | undefined
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
    retry: number,
    earlier: Pick<EarlierTry, 'atMs'> | undefined,
    attempt: (earlier: EarlierTry | undefined) => Promise<Answer>,
  ): Promise<Answer> {
    let mayBeTaken = earlier !== undefined
    try {
      const answer = await attempt(earlier && { ...earlier, noteNotTaken: () => (mayBeTaken = false) })
      current.answer = answer
      // The guest need not wait for the others to know: until then a repeat is in progress to them.
      begun?.settle('answered', JSON.stringify(answer)).catch(() => undefined)
      return answer
    } catch (error) {
      // Once unknown, a key stays so until it is answered or found not to be taken: later failures say nothing of the first try.
      current.unknown = mayBeTaken || outcomeUnknown(error)
      if (!current.unknown) current.nextRetry = retry + 1
      await begun?.settle(current.unknown ? 'unknown' : 'refused')
      throw error
    }
  }

  return {
    async once({ sid, key, body, isRepeat, retry = 0 }, attempt) {
      const id = `${sid} ${key}`
      const bodyHash = createHash('sha256').update(body).digest('base64')
      const earlier = attempts.get(id)
      const remembered = earlier !== undefined && earlier.expiresAtMs > monotonicNow() ? earlier : undefined
      const isRefused = remembered?.nextRetry !== undefined
      const known = isRefused ? undefined : remembered
      if (known !== undefined) {
        if (known.bodyHash !== bodyHash) throw keyReused()
        if (known.answer !== undefined) return known.answer
        if (known.unknown !== true) throw requestInProgress()
      }
      // What is left of `known` here is a try whose outcome is unknown.
      const isNextOfRefused = isRefused && remembered.nextRetry === retry && remembered.bodyHash === bodyHash
      const wasTried = known !== undefined || (isRepeat && !isNextOfRefused)
      const nowMs = monotonicNow()
      const bytes = 1000 + 2 * body.length
      const expiresAtMs = nowMs + keepMs
      const current: Attempt<Answer> = {
        bodyHash,
        expiresAtMs,
        firstTriedAtMs: wasTried ? known?.firstTriedAtMs : nowMs,
        bytes,
      }
      attempts.set(id, current)
      try {
        const others = await shared?.begin(id, body, { keepMs, isRepeat: wasTried })
        if (others?.state === 'reused') throw keyReused()
        if (others?.state === 'in-progress') throw requestInProgress()
        if (others?.state === 'answered') return (current.answer = JSON.parse(others.answer) as Answer)
        const begun = others?.state === 'begun' ? others : undefined
        if (!wasTried && begun?.earlier === undefined)
          return await run(current, begun, retry, undefined, attempt)
        const { msAgo } = begun?.earlier ?? {}
        const atMs = known?.firstTriedAtMs ?? (msAgo === undefined ? undefined : nowMs - msAgo)
        current.firstTriedAtMs = atMs
        return await run(current, begun, retry, { atMs }, attempt)
      } finally {
        const isNoted =
          current.answer !== undefined || current.unknown === true || current.nextRetry !== undefined
        if (!isNoted) restore(id, remembered)
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
