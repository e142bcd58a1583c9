import type { IRouter, Request, Response } from 'express'
import type { GuestSessions } from '../sessions/guest-sessions.ts'
import { sendJson } from '../http-server/send-json.ts'
import { originOf } from '../middleware/origin-gate.ts'
import { hasSession, claimsOf } from '../middleware/session-guard.ts'
import type { GuestRouteGuards } from '../middleware/guest-route-guards.ts'
import { methodNotAllowed } from '../middleware/method-not-allowed.ts'
import { parseBody } from '../middleware/request-body.ts'
import { OpenGuestSession } from './schemas.ts'
import type { SetSessionCookie } from '../middleware/session-cookie.ts'

/** Opening, resuming, describing and ending a guest session. */
export function addGuestSessionRoutes(
  router: IRouter,
  options: {
    readonly sessions: GuestSessions
    readonly guards: GuestRouteGuards
    readonly newDeadline: () => number
    readonly setSessionCookie: SetSessionCookie
  },
): void {
  const { sessions, guards, newDeadline, setSessionCookie } = options
  router.post('/guest-session', guards.opening, async (req: Request, res: Response) => {
    const { userToken, challenge, ...request } = parseBody(OpenGuestSession, req)
    const caller = { origin: originOf(req), userToken, challenge, request: req, deadlineAtMs: newDeadline() }
    const response = hasSession(req)
      ? await sessions.resume(claimsOf(req), request, caller)
      : await sessions.open(request, caller)
    setSessionCookie(res, response.session)
    sendJson(res, response, response.state === 'new' ? 201 : 200)
  })

  router.get('/guest-session', guards.guest, async (req: Request, res: Response) => {
    const claims = sessions.requireLive(claimsOf(req))
    const description = await sessions.describe(claims, newDeadline())
    if (description.session !== undefined) setSessionCookie(res, description.session)
    sendJson(res, description)
  })

  router.delete('/guest-session', guards.guest, async (req: Request, res: Response) => {
    await sessions.end(sessions.requireLive(claimsOf(req)), newDeadline())
    setSessionCookie(res, undefined)
    res.status(204).end()
  })

  router.all('/guest-session', methodNotAllowed('GET', 'POST', 'DELETE'))
}
