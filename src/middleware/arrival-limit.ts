import type { Request, RequestHandler } from 'express'
import { OpenCounts } from '../server/open-counts.ts'
import { whenClosed } from '../server/when-closed.ts'
import { addressKey } from './client-address.ts'
import { overloaded } from './load-limit.ts'
import { RequestError } from './request-error.ts'
import { claimsOf } from './session-guard.ts'

/** Files that one guest sends at the same time. */
const MAX_UPLOADS_PER_GUEST = 8

export interface ArrivalLimit {
  /** Holds a place until the body has come whole. Requests without a body pass. */
  readonly body: RequestHandler
  /**
   * Holds a place until the response has been sent: a file passes through while it arrives. Behind the session guard only,
   * as it also limits each guest.
   */
  readonly upload: RequestHandler
  readonly arriving: number
}

/**
 * Bounds the requests whose body is still on its way, by address and overall. They cost memory and a socket, no work,
 * so that they have places of their own: whoever sends slowly keeps nobody from being served.
 */
export function createArrivalLimit(options: {
  readonly max: number
  readonly maxPerAddress: number
}): ArrivalLimit {
  const arriving = new OpenCounts()
  const uploads = new OpenCounts()

  function take(req: Request): () => void {
    const address = addressKey(req)
    if (arriving.of(address) >= options.maxPerAddress) {
      throw new RequestError('rate_limited', 'Too many requests are still arriving.', {
        retryAfterSeconds: 5,
        hint: 'MAX_REQUESTS_ARRIVING_PER_ADDRESS bounds the bodies that one address sends at the same time.',
      })
    }
    if (arriving.total >= options.max)
      throw overloaded('MAX_REQUESTS_ARRIVING bounds the bodies that arrive at the same time.')
    return arriving.open(address)
  }

  return {
    body(req, res, next) {
      if (req.complete || !hasBody(req)) {
        next()
        return
      }
      const release = take(req)
      req.on('end', release)
      whenClosed(res, release)
      next()
    },
    upload(req, res, next) {
      const { sid } = claimsOf(req)
      if (uploads.of(sid) >= MAX_UPLOADS_PER_GUEST) {
        throw new RequestError(
          'rate_limited',
          `A guest can send ${MAX_UPLOADS_PER_GUEST} files at the same time.`,
          {
            retryAfterSeconds: 5,
          },
        )
      }
      const release = take(req)
      const releaseUpload = uploads.open(sid)
      whenClosed(res, () => {
        release()
        releaseUpload()
      })
      next()
    },
    get arriving() {
      return arriving.total
    },
  }
}

/** Whether the head says that a body follows. */
export function hasBody({ headers }: Request): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
}
