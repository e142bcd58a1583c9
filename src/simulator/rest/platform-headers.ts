import { randomUUID } from 'node:crypto'
import type { NextFunction, Request, Response } from 'express'
import { MINUTE_MS, SECOND_MS } from '../conversation/limits.ts'
import { rateLimitExceeded } from './platform-errors.ts'

/** Genesys: every response has this header; it equals the `contextId` of errors. */
export function correlationId(_req: Request, res: Response, next: NextFunction): void {
  res.set('ININ-Correlation-Id', randomUUID())
  next()
}

const MAX_COUNTERS = 10_000

/**
 * Genesys: requests per token and minute are limited; every response states the count, and requests above the
 * limit get 429 with `Retry-After` in seconds.
 */
export function rateHeaders(options: { perMinute: number; now: () => number }) {
  const counters = new Map<string, { used: number; resetsAtMs: number }>()

  function counterOf(key: string) {
    const nowMs = options.now()
    const known = counters.get(key)
    if (known && known.resetsAtMs > nowMs) return known
    if (counters.size >= MAX_COUNTERS) counters.clear()
    const counter = { used: 0, resetsAtMs: nowMs + MINUTE_MS }
    counters.set(key, counter)
    return counter
  }

  return (req: Request, res: Response, next: NextFunction): void => {
    const counter = counterOf(req.get('authorization') ?? req.ip ?? '')
    counter.used += 1
    const resetSeconds = Math.ceil((counter.resetsAtMs - options.now()) / SECOND_MS)
    res.set({
      'inin-ratelimit-count': String(counter.used),
      'inin-ratelimit-allowed': String(Math.min(options.perMinute, Number.MAX_SAFE_INTEGER)),
      'inin-ratelimit-reset': String(resetSeconds),
    })
    if (counter.used > options.perMinute) throw rateLimitExceeded(resetSeconds)
    next()
  }
}
