import type { IRouter, Request, Response } from 'express'
import type { GuestSessions } from '../sessions/guest-sessions.ts'
import { sendJson } from '../http-server/send-json.ts'
import type { GuestRouteGuards } from '../middleware/guest-route-guards.ts'
import { claimsOf } from '../middleware/session-guard.ts'
import { methodNotAllowed } from '../middleware/method-not-allowed.ts'
import { parseBody } from '../middleware/request-body.ts'
import { SignIn } from './schemas.ts'
import type { SetSessionCookie } from '../middleware/session-cookie.ts'

/** Genesys' own sign-in, for deployments with an OpenID provider. The page never sees the tokens that Genesys returns. */
export function addSignInRoutes(
  router: IRouter,
  options: {
    readonly sessions: GuestSessions
    readonly guards: GuestRouteGuards
    readonly newDeadline: () => number
    readonly setSessionCookie: SetSessionCookie
  },
): void {
  const { sessions, guards, newDeadline, setSessionCookie } = options
  router.post('/sign-in', guards.guestWithBody, async (req: Request, res: Response) => {
    const claims = sessions.requireLive(claimsOf(req))
    const response = await sessions.signIn(claims, parseBody(SignIn, req), newDeadline())
    setSessionCookie(res, response.session)
    sendJson(res, response)
  })
  router.delete('/sign-in', guards.guest, async (req: Request, res: Response) => {
    await sessions.signOut(sessions.requireLive(claimsOf(req)), newDeadline())
    setSessionCookie(res, undefined)
    res.status(204).end()
  })
  router.all('/sign-in', methodNotAllowed('POST', 'DELETE'))
}
