import type { IRouter, Request, RequestHandler, Response } from 'express'
import type { GuestSessions } from '../sessions/guest-sessions.ts'
import type { LiveEvents } from '../sessions/live-events.ts'
import { guestOf } from '../sessions/session-token.ts'
import type { EventStreams } from '../server/event-stream.ts'
import { claimsOf } from '../middleware/session-guard.ts'
import { methodNotAllowed } from '../middleware/method-not-allowed.ts'
import { parseQuery } from '../middleware/request-body.ts'
import { RequestError } from '../middleware/request-error.ts'
import { EventsQuery } from './schemas.ts'

/** Live events: a stream that stays open as long as the page does. */
export function addEventRoutes(
  router: IRouter,
  options: {
    readonly sessions: GuestSessions
    readonly live: LiveEvents
    readonly streams: EventStreams
    readonly maxStreams: number
    readonly guards: RequestHandler[]
    readonly isDraining: () => boolean
  },
): void {
  const { sessions, live, streams, maxStreams, guards, isDraining } = options
  router.get('/events', guards, (req: Request, res: Response) => {
    // A client that left while its token was opened: nobody would tell us again that it has gone.
    if (res.closed || req.socket.destroyed) return
    const claims = claimsOf(req)
    if (req.accepts('text/event-stream') === false) {
      throw new RequestError('not_acceptable', 'This path answers with text/event-stream.')
    }
    // The one answer after which EventSource does not come back.
    if (sessions.isEnded(claims)) return void res.status(204).end()
    if (req.method === 'HEAD') return void res.type('text/event-stream').end()
    if (isDraining()) {
      throw new RequestError('shutting_down', 'This replica is going away.', { retryAfterSeconds: 1 })
    }
    if (streams.count >= maxStreams) {
      throw new RequestError('overloaded', 'Too many pages are connected just now.', {
        retryAfterSeconds: 5,
        hint: 'MAX_EVENT_STREAMS bounds the open streams of one process.',
      })
    }
    const lastEventId = req.get('last-event-id') ?? parseQuery(EventsQuery, req).lastEventId
    const stop = live.follow(claims.sid, guestOf(claims), lastEventId, () => streams.open(res))
    res.on('close', stop)
  })
  router.all('/events', methodNotAllowed('GET'))
}
