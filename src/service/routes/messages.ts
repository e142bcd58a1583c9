import type { IRouter, Request, Response } from 'express'
import type { GuestMessages, SentMessage } from '../sessions/guest-messages.ts'
import type { GuestSessions } from '../sessions/guest-sessions.ts'
import { sendJson } from '../http-server/send-json.ts'
import { claimsOf } from '../middleware/session-guard.ts'
import type { GuestRouteGuards } from '../middleware/guest-route-guards.ts'
import { methodNotAllowed } from '../middleware/method-not-allowed.ts'
import { pendingSharedChecks } from '../middleware/shared-store-checks.ts'
import { keyIn, parseBody, parseQuery } from '../middleware/request-body.ts'
import { RequestError } from '../errors/request-error.ts'
import { HistoryQuery, SendMessage } from './schemas.ts'
import type { SetSessionCookie } from '../middleware/session-cookie.ts'

/** Sending messages, reading the history, and the typing indicator. */
export function addMessageRoutes(
  router: IRouter,
  options: {
    readonly sessions: GuestSessions
    readonly messages: GuestMessages
    readonly guards: GuestRouteGuards
    readonly newDeadline: () => number
    readonly setSessionCookie: SetSessionCookie
  },
): void {
  const { sessions, messages, guards, newDeadline, setSessionCookie } = options
  async function send(req: Request, admit: (() => Promise<void>) | undefined): Promise<SentMessage> {
    const claims = sessions.requireLive(claimsOf(req))
    const message = parseBody(SendMessage, req)
    return messages.send(claims, message, {
      deadlineAtMs: newDeadline(),
      admit,
      idempotencyKey: keyIn('Idempotency-Key', req.headers['idempotency-key'], 1),
      retry: retryCountIn(req.headers['idempotency-retry']),
      idempotencyAfter: keyIn('Idempotency-After', req.headers['idempotency-after'], 0),
    })
  }

  router.post('/messages', guards.message, async (req: Request, res: Response) => {
    const admit = pendingSharedChecks(res)
    const sending = send(req, admit)
    // A refused request gets the refusal, even if there is a response to an earlier request with the same key.
    const sent = await (admit ? sending.finally(admit) : sending)
    if (sent.session !== undefined) setSessionCookie(res, sent.session)
    sendJson(res, sent, 201)
  })

  router.get('/messages', guards.guest, async (req: Request, res: Response) => {
    const page = parseQuery(HistoryQuery, req)
    sendJson(res, await messages.history(sessions.requireLive(claimsOf(req)), page, newDeadline()))
  })
  router.all('/messages', methodNotAllowed('GET', 'POST'))

  router.post('/typing', guards.guest, async (req: Request, res: Response) => {
    await messages.typing(sessions.requireLive(claimsOf(req)), newDeadline())
    res.status(204).end()
  })
  router.all('/typing', methodNotAllowed('POST'))
}

function retryCountIn(count: string | string[] | undefined): number {
  if (count === undefined) return 0
  if (typeof count === 'string' && /^\d{1,9}$/.test(count)) return Number(count)
  throw new RequestError('invalid_request', 'The request does not have the documented form.', {
    errors: [{ path: 'Idempotency-Retry', message: 'must be a whole number: 0 for the first attempt' }],
  })
}
