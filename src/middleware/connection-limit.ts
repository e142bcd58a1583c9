import type { Request, RequestHandler } from 'express'
import { BoundedMemoryStore } from './bounded-memory-store.ts'
import { addressKey } from './client-address.ts'
import { RequestError } from './request-error.ts'

/** Of a minute's connections to Genesys, what the requests of one address may use. */
const ADDRESS_SHARE = 1 / 4
const MINUTE_MS = 60_000

/**
 * Limits, by address, the requests that make the service connect to Genesys: guests who are quiet for long cost a connection
 * with each cheap read, and all guests share what the deployment may open in a minute. Behind the session guard only.
 */
export function createConnectionLimit(options: {
  readonly connectionsPerMinute: number
  /** Whether the request's guest has a connection. */
  readonly isConnected: (req: Request) => boolean
}): RequestHandler {
  const { connectionsPerMinute, isConnected } = options
  const perAddress = Math.max(1, Math.floor(connectionsPerMinute * ADDRESS_SHARE))
  const connections = new BoundedMemoryStore()
  connections.init({ windowMs: MINUTE_MS })
  return (req, res, next) => {
    if (isConnected(req)) {
      next()
      return
    }
    const address = addressKey(req)
    const { totalHits, resetTime } = connections.increment(address)
    if (totalHits > perAddress) {
      const leftMs = (resetTime?.getTime() ?? 0) - Date.now()
      throw new RequestError('rate_limited', 'Too many requests of guests without a connection to Genesys.', {
        retryAfterSeconds: Math.max(1, Math.ceil(leftMs / 1000)),
        hint: 'One address may use a quarter of GENESYS_CONNECTIONS_PER_MINUTE. Behind a proxy set TRUST_PROXY.',
      })
    }
    // What has connected nobody does not count.
    res.once('finish', () => {
      if (!isConnected(req)) connections.decrement(address)
    })
    next()
  }
}
