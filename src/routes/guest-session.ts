import type { IRouter, Request, Response } from 'express'
import type { GuestSessions } from '../sessions/guest-sessions.ts'
import { answerJson } from '../server/send-json.ts'
import type { Deadline } from './deadline.ts'
import { originOf } from '../middleware/origin-gate.ts'
import { hasSession, sessionOf } from '../middleware/session-guard.ts'
import type { GuestRouteGuards } from '../middleware/guest-route-guards.ts'
import { methodNotAllowed } from './method-not-allowed.ts'
import { parseBody } from '../middleware/request-body.ts'
import { OpenGuestSession } from './schemas.ts'
import type { SessionHandover } from './session-handover.ts'

/** Opening, resuming, describing and ending a guest session. */
export function addGuestSessionRoutes(
  router: IRouter,
  options: {
    readonly sessions: GuestSessions
    readonly guards: GuestRouteGuards
    readonly deadline: Deadline
    readonly handOver: SessionHandover
  },
): void {
  const { sessions, guards, deadline, handOver } = options
  router.post('/guest-session', guards.opening, async (req: Request, res: Response) => {
    const { userToken, ...request } = parseBody(OpenGuestSession, req)
    const caller = { origin: originOf(req), userToken, request: req, deadlineAtMs: deadline() }
    const answer = hasSession(req)
      ? await sessions.resume(sessionOf(req), request, caller)
      : await sessions.open(request, caller)
    handOver(res, answer.session)
    answerJson(res, answer, answer.state === 'new' ? 201 : 200)
  })

  router.get('/guest-session', guards.guest, async (req: Request, res: Response) => {
    const claims = sessions.requireLive(sessionOf(req))
    answerJson(res, await sessions.describe(claims, deadline()))
  })

  router.delete('/guest-session', guards.guest, async (req: Request, res: Response) => {
    await sessions.end(sessions.requireLive(sessionOf(req)), deadline())
    handOver(res, undefined)
    res.status(204).end()
  })

  router.all('/guest-session', methodNotAllowed('GET', 'POST', 'DELETE'))
}
