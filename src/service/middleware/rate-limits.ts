import { createHash } from 'node:crypto'
import type { Request, RequestHandler, Response } from 'express'
import { whenClosed } from '../http-server/when-closed.ts'
import { BoundedMap } from '../collections/bounded-map.ts'
import { monotonicNow } from '../time/monotonic-now.ts'
import { addressKey } from './client-address.ts'
import { RequestError } from '../errors/request-error.ts'
import { guestIdOf } from './session-guard.ts'
import { addSharedCheck, passSharedChecks } from './shared-store-checks.ts'

export interface RateLimitSettings {
  readonly perGuestPerMinute: number
  readonly perAddressPerMinute: number
  readonly sessionsPerAddressPerMinute: number
}

export interface RateLimits {
  readonly perAddress: RequestHandler
  readonly sessionsPerAddress: RequestHandler
  /** Must be used after the session guard. */
  readonly perGuest: RequestHandler
  /**
   * Waits for the hits that all replicas have counted; used after a route's last limit. Empty without a
   * shared store.
   */
  readonly shared: readonly RequestHandler[]
}

export interface Hits {
  readonly hits: number
  readonly resetMs: number
}

/** Counts a hit for all replicas. Never rejects; resolves to undefined if the shared store is unavailable. */
export type CountShared = (name: string, key: string, windowMs: number) => Promise<Hits | undefined>

const MINUTE_MS = 60_000
/** Each window takes about 300 bytes. Above this number, the windows that would end first are dropped. */
const MAX_WINDOWS = 50_000

interface Window {
  hits: number
  readonly endsAtMs: number
  /**
   * Distinguishes the windows in the header without revealing the key
   * (draft-ietf-httpapi-ratelimit-headers-08, "pk").
   */
  readonly partition: string
}

/**
 * Counts hits in windows of one minute. It uses a monotonic clock, because with the wall clock a wait could last
 * for hours after a clock change.
 */
export class WindowCounter {
  /** All windows have the same length, so the first ones in the map end first. */
  readonly #windows: BoundedMap<string, Window>

  constructor(maxWindows = MAX_WINDOWS) {
    this.#windows = new BoundedMap(maxWindows)
  }

  get size(): number {
    return this.#windows.size
  }

  hit(key: string, nowMs: number, hits = 1): Window {
    const known = this.#windows.get(key)
    const window = known !== undefined && known.endsAtMs > nowMs ? known : this.#open(key, nowMs)
    window.hits += hits
    return window
  }

  #open(key: string, nowMs: number): Window {
    for (const [oldest, { endsAtMs }] of this.#windows) {
      if (endsAtMs > nowMs) break
      this.#windows.delete(oldest)
    }
    const window = { hits: 0, endsAtMs: nowMs + MINUTE_MS, partition: partitionOf(key) }
    this.#windows.set(key, window)
    return window
  }
}

function partitionOf(key: string): string {
  return Buffer.from(createHash('sha256').update(key).digest('hex').slice(0, 12)).toString('base64')
}

/**
 * Limits by address and by guest. Each hit is counted synchronously in this process. If the replicas share their counts,
 * the shared count is requested as well, and `shared` waits once for all limits of a request.
 */
export function createRateLimits(settings: RateLimitSettings, countShared?: CountShared): RateLimits {
  function limit(
    name: string,
    { max, keyOf, isAdvertised }: { max: number; keyOf: (req: Request) => string; isAdvertised: boolean },
  ): RequestHandler {
    const counter = new WindowCounter()
    const policy = `"${name}"; q=${max}; w=${MINUTE_MS / 1000}; pk=:`
    const check = (res: Response, { hits, resetMs }: Hits, partition: string) => {
      const resetSeconds = Math.max(0, Math.ceil(resetMs / 1000))
      if (isAdvertised && !res.headersSent) {
        res.setHeader('RateLimit', `"${name}"; r=${Math.max(0, max - hits)}; t=${resetSeconds}`)
        res.setHeader('RateLimit-Policy', `${policy}${partition}:`)
      }
      if (hits > max) throw tooManyRequests(name, Math.max(1, resetSeconds))
    }
    return (req, res, next) => {
      const key = keyOf(req)
      const nowMs = monotonicNow()
      const { hits, endsAtMs, partition } = counter.hit(key, nowMs)
      check(res, { hits, resetMs: endsAtMs - nowMs }, partition)
      if (countShared) {
        const counted = countShared(name, key, MINUTE_MS).then(
          (together) => together && (() => check(res, together, partition)),
        )
        addSharedCheck(res, counted)
      }
      next()
    }
  }
  return {
    perAddress: limit('address', {
      max: settings.perAddressPerMinute,
      keyOf: addressKey,
      isAdvertised: false,
    }),
    sessionsPerAddress: limit('sessions', {
      max: settings.sessionsPerAddressPerMinute,
      keyOf: addressKey,
      isAdvertised: true,
    }),
    perGuest: limit('guest', {
      max: settings.perGuestPerMinute,
      keyOf: guestIdOf,
      isAdvertised: true,
    }),
    shared: countShared ? [passSharedChecks] : [],
  }
}

function tooManyRequests(name: string, retryAfterSeconds: number): RequestError {
  return new RequestError('rate_limited', 'Too many requests.', {
    retryAfterSeconds,
    hint: `The limit "${name}" was reached; the RATE_… variables set the limits. Behind a proxy, set TRUST_PROXY; otherwise all guests share the proxy's address.`,
  })
}

/**
 * A limit of one feature, which each address's requests reach together. It is counted in this process only.
 * @returns a function that counts a request as one hit, or as several
 * @throws {RequestError} `rate_limited`
 */
export function createAddressLimit(options: {
  readonly maxPerMinute: number
  readonly detail: string
  readonly hint: string
  readonly monotonicNow: () => number
}): (req: Request, hits?: number) => void {
  const { maxPerMinute, detail, hint, monotonicNow } = options
  const counter = new WindowCounter()
  return (req, hits) => {
    const nowMs = monotonicNow()
    const window = counter.hit(addressKey(req), nowMs, hits)
    if (window.hits > maxPerMinute)
      throw new RequestError('rate_limited', detail, { retryAfterSeconds: secondsLeft(window, nowMs), hint })
  }
}

function secondsLeft({ endsAtMs }: Window, nowMs: number): number {
  return Math.max(1, Math.ceil((endsAtMs - nowMs) / 1000))
}

/**
 * An address may use at most a third as many connections as are left. One address alone thus gets a quarter
 * of a minute's connections, and two addresses get a fifth each. Some connections are always left for the next address.
 */
const SHARE_OF_LEFT = 1 / 3

/**
 * Limits, by address, the requests that make the service connect to Genesys. Opening a session costs a connection, as does
 * even a cheap read by an inactive guest, and all guests share the deployment's limit. Must be used after the session guard.
 */
export function limitConnections(options: {
  /** The number of connections that requests may still open in this minute; undefined if the driver opens none. */
  readonly connectionsLeft: (() => number) | undefined
  /** Whether the request's guest has a connection; undefined if there is no guest yet, because the request opens the session. */
  readonly isConnected: (req: Request) => boolean | undefined
}): RequestHandler {
  const { connectionsLeft, isConnected } = options
  const counter = new WindowCounter()
  return (req, res, next) => {
    if (connectionsLeft === undefined || isConnected(req)) {
      next()
      return
    }
    const nowMs = monotonicNow()
    const window = counter.hit(addressKey(req), nowMs)
    if (window.hits > Math.max(1, Math.ceil(connectionsLeft() * SHARE_OF_LEFT))) {
      window.hits -= 1
      throw new RequestError(
        'rate_limited',
        'Too many requests from guests without a connection to Genesys.',
        {
          retryAfterSeconds: secondsLeft(window, nowMs),
          hint: 'One address may use at most a quarter of GENESYS_CONNECTIONS_PER_MINUTE. Behind a proxy, set TRUST_PROXY.',
        },
      )
    }
    // A request that opened no connection does not count.
    whenClosed(res, () => {
      if (!(isConnected(req) ?? res.statusCode < 400)) window.hits -= 1
    })
    next()
  }
}
