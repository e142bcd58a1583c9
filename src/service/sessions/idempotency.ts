import { createHash, randomUUID } from 'node:crypto'
import { monotonicNow as processMonotonicNow } from '../time/monotonic-now.ts'
import { BoundedMap } from '../collections/bounded-map.ts'
import { SessionError } from '../errors/session-error.ts'

interface Attempt<Answer> {
  readonly bodyHash: string
  readonly expiresAtMs: number
  /** Approximate size of a response, which repeats the body. */
  readonly answerBytes: number
  /**
   * Time of the first attempt whose outcome is unknown; undefined if that time is unknown, for example because
   * another replica made the attempt.
   */
  firstTriedAtMs: number | undefined
  answer?: Answer
  /** True if the first attempt may have reached Genesys and its outcome is unknown. */
  unknown?: boolean
  /**
   * For a message that Genesys is known not to have accepted: the number of the next retry, unless another replica
   * handled attempts in between.
   */
  nextRetry?: number
}

const MAX_BYTES = 32 * 1024 * 1024
/** Approximate size of an attempt without its response. */
const ATTEMPT_BYTES = 1000

/** Known attempts, by guest and key. */
export type Attempts<Answer> = Map<string, Attempt<Answer>>

export function createAttempts<Answer>(capacity = 10_000): Attempts<Answer> {
  return new BoundedMap(capacity, {
    maxBytes: MAX_BYTES,
    bytesOf: ({ answer, answerBytes }) => ATTEMPT_BYTES + (answer === undefined ? 0 : answerBytes),
  })
}

/** An attempt with an unknown outcome, and its time if known. */
export interface EarlierAttempt {
  readonly atMs: number | undefined
  /** Called when it turns out that the attempt was not accepted. */
  readonly markNotAccepted: () => void
}

export interface KeyedRequest {
  readonly sid: string
  readonly key: string
  readonly body: string
  /** Whether the request itself says that it is a retry. */
  readonly isRepeat: boolean
  /** The page's count of retries, 0 for the first attempt. */
  readonly retry?: number | undefined
}

export interface Idempotency<Answer> {
  /**
   * Runs `attempt` once per guest and key. A retry gets the first response. After a failure with an unknown
   * outcome, the next attempt gets an {@link EarlierAttempt}, so that it looks for the message before sending it.
   * @throws {SessionError} `idempotency_key_reused`, `request_in_progress`
   */
  once(
    request: KeyedRequest,
    attempt: (earlier: EarlierAttempt | undefined) => Promise<Answer>,
  ): Promise<Answer>
}

/** Attempts that replicas share. Never rejects; undefined if the store is unavailable. */
export interface SharedAttempts {
  /** Claims a key for an attempt, unless another replica has done so. */
  claim(
    id: string,
    body: string,
    options: { readonly keepMs: number; readonly isRepeat: boolean },
  ): Promise<SharedAttempt | undefined>
}

export type SharedAttempt =
  | { readonly state: 'answered'; readonly answer: string }
  | { readonly state: 'in-progress' | 'reused' }
  | StartedAttempt

export interface StartedAttempt {
  readonly state: 'started'
  /** An earlier attempt with an unknown outcome, and how long ago it was: replicas' clocks differ. */
  readonly earlier: { readonly msAgo: number | undefined } | undefined
  /** @param answer the response, for `answered` */
  settle(outcome: 'answered' | 'unknown' | 'refused', answer?: string): Promise<void>
}

/** @param outcomeUnknown whether the first attempt may have succeeded despite this error. */
export function createIdempotency<Answer>(options: {
  readonly outcomeUnknown: (error: unknown) => boolean
  /** The attempts that replicas share. */
  readonly shared?: SharedAttempts | undefined
  readonly capacity?: number
  /** Attempts carried over from the previous instance. */
  readonly attempts?: Attempts<Answer> | undefined
  readonly keepMs?: number
  /** Monotonic, in epoch ms: determines how long responses are kept, and records when attempts were made. */
  readonly monotonicNow?: (() => number) | undefined
}): Idempotency<Answer> {
  const { outcomeUnknown, shared, keepMs = 600_000 } = options
  const { monotonicNow = processMonotonicNow } = options
  const attempts = options.attempts ?? createAttempts<Answer>(options.capacity)

  /** @throws the attempt's error, after its outcome is recorded */
  async function run(
    current: Attempt<Answer>,
    sharedAttempt: StartedAttempt | undefined,
    retry: number,
    earlier: Pick<EarlierAttempt, 'atMs'> | undefined,
    attempt: (earlier: EarlierAttempt | undefined) => Promise<Answer>,
  ): Promise<Answer> {
    let mayBeTaken = earlier !== undefined
    try {
      const answer = await attempt(earlier && { ...earlier, markNotAccepted: () => (mayBeTaken = false) })
      current.answer = answer
      // The guest need not wait until the other replicas know the response: until then, they respond that the
      // request is in progress.
      sharedAttempt?.settle('answered', JSON.stringify(answer)).catch(() => undefined)
      return answer
    } catch (error) {
      // Once the outcome of a key is unknown, it remains unknown until there is a response, or until the first attempt
      // turns out not to have been accepted: later failures say nothing about it.
      current.unknown = mayBeTaken || outcomeUnknown(error)
      if (!current.unknown) current.nextRetry = retry + 1
      await sharedAttempt?.settle(current.unknown ? 'unknown' : 'refused')
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
      // At this point, `known` is an attempt with an unknown outcome, or undefined.
      const isNextOfRefused = isRefused && remembered.nextRetry === retry && remembered.bodyHash === bodyHash
      const wasTried = known !== undefined || (isRepeat && !isNextOfRefused)
      const nowMs = monotonicNow()
      const expiresAtMs = nowMs + keepMs
      const current: Attempt<Answer> = {
        bodyHash,
        expiresAtMs,
        firstTriedAtMs: wasTried ? known?.firstTriedAtMs : nowMs,
        answerBytes: 2 * body.length,
      }
      attempts.set(id, current)
      try {
        const others = await shared?.claim(id, body, { keepMs, isRepeat: wasTried })
        if (others?.state === 'reused') throw keyReused()
        if (others?.state === 'in-progress') throw requestInProgress()
        if (others?.state === 'answered') return (current.answer = JSON.parse(others.answer) as Answer)
        const sharedAttempt = others?.state === 'started' ? others : undefined
        if (!wasTried && sharedAttempt?.earlier === undefined)
          return await run(current, sharedAttempt, retry, undefined, attempt)
        const { msAgo } = sharedAttempt?.earlier ?? {}
        const atMs = known?.firstTriedAtMs ?? (msAgo === undefined ? undefined : nowMs - msAgo)
        current.firstTriedAtMs = atMs
        return await run(current, sharedAttempt, retry, { atMs }, attempt)
      } finally {
        // Set again, because the response counts toward the limit.
        if (current.answer !== undefined) attempts.set(id, current)
        else if (current.unknown !== true && current.nextRetry === undefined) restore(id, remembered)
      }
    },
  }

  /** Restores a key's earlier state after an attempt that did nothing. */
  function restore(id: string, known: Attempt<Answer> | undefined): void {
    if (known === undefined) attempts.delete(id)
    else attempts.set(id, known)
  }
}

function keyReused(): SessionError {
  return new SessionError('idempotency_key_reused', 'This Idempotency-Key was used with a different body.')
}

function requestInProgress(): SessionError {
  return new SessionError(
    'request_in_progress',
    'The first request with this Idempotency-Key is still in progress.',
    { retryAfterSeconds: 1 },
  )
}

/** The same UUID for the same guest and key, on every replica; without a key, a random one. */
export function tracingIdFor(sid: string, key: string | undefined): string {
  if (key === undefined) return randomUUID()
  const hex = createHash('sha256').update(`${sid} ${key}`).digest('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}
