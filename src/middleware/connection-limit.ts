import type { Request, RequestHandler } from 'express'
import { whenClosed } from '../server/admission.ts'
import { monotonicNow } from '../upstream/monotonic-now.ts'
import { addressKey } from './client-address.ts'
import { WindowCounter } from './rate-limits.ts'
import { RequestError } from './request-error.ts'

/** The share of a minute's connections to Genesys that the requests of one address may use. */
const ADDRESS_SHARE = 1 / 4

/**
 * Limits, by address, the requests that make the service connect to Genesys: each cheap read of a guest who was quiet for long
 * costs a connection, and all guests share what the deployment may open in a minute. Behind the session guard only.
 */
export function limitConnections(options: {
  readonly connectionsPerMinute: number
  /** Whether the request's guest has a connection. */
  readonly isConnected: (req: Request) => boolean
}): RequestHandler {
  const { connectionsPerMinute, isConnected } = options
  const maxPerAddress = Math.max(1, Math.floor(connectionsPerMinute * ADDRESS_SHARE))
  const counter = new WindowCounter()
  return (req, res, next) => {
    if (isConnected(req)) {
      next()
      return
    }
    const nowMs = monotonicNow()
    const window = counter.hit(addressKey(req), nowMs)
    if (window.hits > maxPerAddress) {
      throw new RequestError('rate_limited', 'Too many requests of guests without a connection to Genesys.', {
        retryAfterSeconds: Math.max(1, Math.ceil((window.endsAtMs - nowMs) / 1000)),
        hint: 'One address may use a quarter of GENESYS_CONNECTIONS_PER_MINUTE. Behind a proxy set TRUST_PROXY.',
      })
    }
    // A request that connected no guest does not count.
    whenClosed(res, () => {
      if (!isConnected(req)) window.hits -= 1
    })
    next()
  }
}
