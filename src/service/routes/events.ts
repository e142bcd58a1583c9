import type { IRouter, Request, RequestHandler, Response } from 'express'
import type { GuestSessions } from '../sessions/guest-sessions.ts'
import type { LiveEvents } from '../sessions/live-events.ts'
import type { SetSessionCookie } from '../middleware/session-cookie.ts'
import type { EventStreams } from '../http-server/event-stream.ts'
import { releaseSlot } from '../middleware/admission.ts'
import { whenClosed } from '../http-server/when-closed.ts'
import type { Refusal } from '../http-server/open-limit.ts'
import { addressKey } from '../middleware/client-address.ts'
import { claimsOf } from '../middleware/session-guard.ts'
import { methodNotAllowed } from '../middleware/method-not-allowed.ts'
import { parseQuery } from '../middleware/request-body.ts'
import { RequestError } from '../errors/request-error.ts'
import { EventsQuery } from './schemas.ts'

/** Live events: a stream that stays open as long as the page does. */
export function addEventRoutes(
  router: IRouter,
  options: {
    readonly sessions: GuestSessions
    readonly live: LiveEvents
    readonly streams: EventStreams
    /** Whether there is too little memory for more streams. */
    readonly isMemoryLow: () => boolean
    readonly guards: RequestHandler[]
    /** False when the process is about to end: the page should use another replica. */
    readonly acceptsStreams: () => boolean
    readonly setSessionCookie: SetSessionCookie
  },
): void {
  const { sessions, live, streams, isMemoryLow, guards, acceptsStreams, setSessionCookie } = options
  router.get('/events', guards, async (req: Request, res: Response) => {
    const claims = claimsOf(req)
    // The browser's own EventSource cannot take a new token from an event, so the cookie is renewed here.
    const session = await sessions.renewIfDue(claims)
    if (session !== undefined) setSessionCookie(res, session)
    // The client may have disconnected while its token was being renewed; no later event would report that.
    if (res.closed || req.socket.destroyed) return
    if (req.accepts('text/event-stream') === false) {
      throw new RequestError('not_acceptable', 'This path responds with text/event-stream.')
    }
    // EventSource does not reconnect after 204.
    if (sessions.isEnded(claims)) return void res.status(204).end()
    if (req.method === 'HEAD') return void res.type('text/event-stream').end()
    if (!acceptsStreams()) {
      throw new RequestError('shutting_down', 'This replica is shutting down.', { retryAfterSeconds: 1 })
    }
    if (isMemoryLow())
      throw tooManyStreams("The process is near its memory limit (MEMORY_LIMIT_MIB, or its container's).")
    const slot = streams.acquire(addressKey(req))
    if (typeof slot === 'string') throw refusedStream(slot)
    whenClosed(res, slot)
    const lastEventId = req.get('last-event-id') ?? parseQuery(EventsQuery, req).lastEventId
    const stop = live.follow(claims, lastEventId, () => streams.openStream(res))
    releaseSlot(res)
    whenClosed(res, stop)
    // No browser sends a body. It is dropped, because it would otherwise be kept for as long as the stream is open.
    req.resume()
  })
  router.all('/events', methodNotAllowed('GET'))
}

function tooManyStreams(hint: string): RequestError {
  return new RequestError('overloaded', 'Too many pages are connected at the moment.', {
    retryAfterSeconds: 5,
    hint,
  })
}

function refusedStream(refusal: Refusal): RequestError {
  if (refusal === 'all taken') return tooManyStreams('MAX_EVENT_STREAMS limits the open streams.')
  return new RequestError('rate_limited', 'Too many pages are connected from this address.', {
    retryAfterSeconds: 30,
    hint: 'MAX_EVENT_STREAMS_PER_ADDRESS limits the open streams from one address. Behind a proxy, set TRUST_PROXY.',
  })
}
