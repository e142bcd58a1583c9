import type { IRouter, Request, Response } from 'express'
import type { GuestSessions } from '../sessions/guest-sessions.ts'
import { answerJson } from '../server/send-json.ts'
import type { Deadline } from './deadline.ts'
import type { GuestRouteGuards } from '../middleware/guest-route-guards.ts'
import { sessionOf } from '../middleware/session-guard.ts'
import { methodNotAllowed } from './method-not-allowed.ts'
import { parseBody } from '../middleware/request-body.ts'
import { SignIn } from './schemas.ts'
import type { SessionHandover } from './session-handover.ts'

/** Genesys' own sign-in, for deployments with an OpenID provider. Code and tokens stay on this side. */
export function addSignInRoutes(
  router: IRouter,
  options: {
    readonly sessions: GuestSessions
    readonly guards: GuestRouteGuards
    readonly deadline: Deadline
    readonly handOver: SessionHandover
  },
): void {
  const { sessions, guards, deadline, handOver } = options
  router.post('/sign-in', guards.guestWithBody, async (req: Request, res: Response) => {
    const claims = sessions.requireLive(sessionOf(req))
    const answer = await sessions.signIn(claims, parseBody(SignIn, req), deadline())
    handOver(res, answer.session)
    answerJson(res, answer)
  })
  router.delete('/sign-in', guards.guest, async (req: Request, res: Response) => {
    await sessions.signOut(sessions.requireLive(sessionOf(req)), deadline())
    handOver(res, undefined)
    res.status(204).end()
  })
  router.all('/sign-in', methodNotAllowed('POST', 'DELETE'))
}
