/** The platform's limits for web messaging. `Infinity` switches a limit off. */
export interface Limits {
  /** Guest messages per session and second. */
  messagesPerSecond: number
  /** Frames of any kind per connection and minute. */
  requestsPerMinute: number
  /** `configureSession` per session and minute. */
  configuresPerMinute: number
  /** New connections per deployment and minute. */
  connectionsPerMinute: number
  /** History calls per session and minute. */
  historyPerMinute: number
  /** `echo` per connection and minute. */
  echoesPerMinute: number
  /** Open connections per session; one more closes the oldest. */
  connectionsPerSession: number
  /** Size of one message's custom attributes: the UTF-8 bytes of keys and values. */
  attributeBytes: number
  /** A guest's text in UTF-8 bytes. */
  textBytes: number
  /** An agent's text in characters. */
  outboundTextChars: number
  /** An agent's typing events per conversation and minute. */
  agentTypingPerMinute: number
  /** Size of one attachment. */
  fileBytes: number
  /** REST requests per access token and minute. */
  restPerMinute: number
}

export const PLATFORM_LIMITS: Limits = {
  messagesPerSecond: 5,
  requestsPerMinute: 60,
  configuresPerMinute: 60,
  connectionsPerMinute: 1000,
  historyPerMinute: 10,
  echoesPerMinute: 2,
  connectionsPerSession: 3,
  attributeBytes: 2048,
  textBytes: 4096,
  outboundTextChars: 4000,
  agentTypingPerMinute: 12,
  fileBytes: 10_240 * 1024,
  restPerMinute: 300,
}

/** `false` turns all limits off; an object changes only the limits that it names. */
export function resolveLimits(limits: false | Partial<Limits> = {}): Limits {
  if (limits !== false) return { ...PLATFORM_LIMITS, ...limits }
  const off = Object.keys(PLATFORM_LIMITS).map((name) => [name, Infinity])
  return Object.fromEntries(off) as Limits
}

export const SECOND_MS = 1000
export const MINUTE_MS = 60_000

/** Counts uses in a sliding window. A window needs no timer, so ten thousand connections can have one each. */
export class RateWindow {
  readonly #limit: number
  readonly #periodMs: number
  readonly #now: () => number
  #takenAtMs: number[] = []

  constructor(limit: number, periodMs: number, now: () => number) {
    this.#limit = limit
    this.#periodMs = periodMs
    this.#now = now
  }

  /** Takes one use. Returns 0, or the whole seconds until the next use is possible. */
  take(): number {
    if (this.#limit === Infinity) return 0
    const nowMs = this.#now()
    this.#takenAtMs = this.#takenAtMs.filter((takenAtMs) => takenAtMs > nowMs - this.#periodMs)
    const oldestMs = this.#takenAtMs[0]
    if (this.#takenAtMs.length < this.#limit) {
      this.#takenAtMs.push(nowMs)
      return 0
    }
    return Math.max(1, Math.ceil(((oldestMs ?? nowMs) + this.#periodMs - nowMs) / SECOND_MS))
  }
}
