import { PLATFORM_LIMITS, type Limits } from '../../../guest-api.ts'
import type { SessionResponse, StructuredMessage } from '../wire/frames.ts'

/** Genesys' description of a guest's session when it was last configured. */
export interface ConfiguredSession {
  readonly isNew: boolean
  readonly isReadOnly: boolean
  readonly limits: Limits
  readonly expiresAtMs: number | undefined
  /** The session's lifetime after each message. */
  readonly durationMs: number | undefined
  /** A sign-in has ended the person's session on other devices. */
  readonly clearedExisting: boolean
}

/** Genesys' own clients warn in the last five minutes. */
export const EXPIRY_WARNING_MS = 5 * 60_000
/** If a session lives at most this long after a message, its guest is also warned from the start. */
const SHORT_SESSION_MS = 60 * 60_000
const PROLONG_STEP_MS = 60_000

const MAX_FILE_SIZE_KB = 10_240

export type ReadSession = (response: SessionResponse, nowMs: number) => ConfiguredSession

/**
 * Every guest of a deployment has the same limits, with dozens of file extensions. All share one object, so
 * that ten thousand guests do not have ten thousand copies.
 */
export function createSessionReader(): ReadSession {
  let shared: { readonly json: string; readonly limits: Limits } | undefined
  return (response, nowMs) => {
    const limits = readLimits(response)
    const json = JSON.stringify(limits)
    if (shared?.json !== json) shared = { json, limits }
    return {
      isNew: response.newSession ?? false,
      isReadOnly: response.readOnly ?? false,
      limits: shared.limits,
      expiresAtMs: futureMs(response.expirationDate, nowMs),
      durationMs: toMs(response.durationSeconds),
      clearedExisting: response.clearedExistingSession ?? false,
    }
  }
}

function toMs(seconds: number | undefined): number | undefined {
  return seconds === undefined ? undefined : seconds * 1000
}

/**
 * Genesys ends an expired session with an error or a session event. In any other frame, an expiry in the past is
 * wrong, perhaps because the clocks differ, and is ignored.
 */
function futureMs(epochSeconds: number | undefined, nowMs: number): number | undefined {
  const timeMs = toMs(epochSeconds)
  return timeMs !== undefined && timeMs > nowMs ? timeMs : undefined
}

function readLimits({ maxCustomDataBytes, allowedMedia, blockedExtensions }: SessionResponse): Limits {
  const inbound = allowedMedia?.inbound
  const fileTypes = inbound?.fileTypes?.map(({ type }) => type) ?? []
  return {
    ...PLATFORM_LIMITS,
    ...(maxCustomDataBytes !== undefined && { maxAttributeBytes: maxCustomDataBytes }),
    // Genesys: an empty list of media types means that attachments are off.
    ...(fileTypes.length > 0 && {
      attachments: {
        maxFileSizeKB: inbound?.maxFileSizeKB ?? MAX_FILE_SIZE_KB,
        fileTypes,
        blockedExtensions: blockedExtensions ?? [],
      },
    }),
  }
}

/** The state of one guest's session, and whether Genesys still knows the session. */
export class SessionState {
  #current: ConfiguredSession | undefined
  #isKnown: boolean
  #wasReset = false
  #configurations = 0
  /** True if the session is new and short, and the guest has not written yet. */
  #isShortAndNew = false

  /** @param isKnown false for a guest whose token was just created. */
  constructor(isKnown: boolean) {
    this.#isKnown = isKnown
  }

  get current(): ConfiguredSession | undefined {
    return this.#current
  }

  /** How many times the session has been configured: each configuration may have led to a different session. */
  get configurations(): number {
    return this.#configurations
  }

  get isReadOnly(): boolean {
    return this.#current?.isReadOnly ?? false
  }

  /** @returns whether Genesys created a new session for a guest that it had known */
  configure(session: ConfiguredSession): boolean {
    const isReset = session.isNew && this.#isKnown
    this.#wasReset ||= isReset
    this.#isKnown = true
    this.#current = session
    this.#configurations += 1
    const { isNew, isReadOnly, durationMs = Infinity } = session
    this.#isShortAndNew = isNew && !isReadOnly && durationMs <= SHORT_SESSION_MS
    return isReset
  }

  /** @returns false if the session was already read-only, or is not configured */
  becomeReadOnly(): boolean {
    if (!this.#current || this.#current.isReadOnly) return false
    this.#current = { ...this.#current, isReadOnly: true }
    return true
  }

  /** Genesys: the response to an echo contains the session's expiry, in seconds since the epoch. */
  extend({ metadata }: StructuredMessage, nowMs: number): void {
    const expiresAtMs = futureMs(metadata?.expirationDate, nowMs)
    if (this.#current && expiresAtMs !== undefined) this.#current = { ...this.#current, expiresAtMs }
  }

  /** Genesys: a session expires this long after its last message, from any sender. */
  onMessage(nowMs: number, isFromGuest: boolean): void {
    if (isFromGuest) this.#isShortAndNew = false
    const { durationMs, expiresAtMs = 0 } = this.#current ?? {}
    if (!this.#current || durationMs === undefined || nowMs + durationMs <= expiresAtMs) return
    // While listeners are not warned, one update per minute is enough.
    const isWarned = this.expiresSoonAtMs(nowMs) !== undefined
    if (nowMs + durationMs - expiresAtMs < PROLONG_STEP_MS && !isWarned) return
    this.#current = { ...this.#current, expiresAtMs: nowMs + durationMs }
  }

  /**
   * When the session expires, if this is within five minutes, or if the session is short and the guest has not
   * written yet; otherwise undefined.
   */
  expiresSoonAtMs(nowMs: number): number | undefined {
    const { expiresAtMs = Infinity } = this.#current ?? {}
    if (expiresAtMs === Infinity) return undefined
    return this.#isShortAndNew || expiresAtMs - nowMs <= EXPIRY_WARNING_MS ? expiresAtMs : undefined
  }

  /** Returns true once after Genesys has dropped the guest and created a new session. */
  consumeReset(): boolean {
    const wasReset = this.#wasReset
    this.#wasReset = false
    return wasReset
  }
}
