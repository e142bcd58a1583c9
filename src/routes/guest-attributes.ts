import type { IRouter, Request, Response } from 'express'
import type { GuestAttributes } from '../sessions/guest-attributes.ts'
import type { GuestSessions } from '../sessions/guest-sessions.ts'
import type { SessionTokens } from '../sessions/session-token.ts'
import { answerJson } from '../server/send-json.ts'
import type { Deadline } from './deadline.ts'
import { sessionOf } from '../middleware/session-guard.ts'
import type { GuestRouteGuards } from '../middleware/guest-route-guards.ts'
import { methodNotAllowed } from './method-not-allowed.ts'
import { parseBody } from '../middleware/request-body.ts'
import { ChangeGuestAttributes } from './schemas.ts'
import type { SessionHandover } from './session-handover.ts'

export function addGuestAttributeRoutes(
  router: IRouter,
  options: {
    readonly sessions: GuestSessions
    readonly attributes: GuestAttributes
    readonly tokens: SessionTokens
    readonly guards: GuestRouteGuards
    readonly deadline: Deadline
    readonly handOver: SessionHandover
  },
): void {
  const { sessions, attributes, tokens, guards, deadline, handOver } = options
  router.put('/guest-attributes', guards.guestWithBody, async (req: Request, res: Response) => {
    const claims = sessions.requireLive(sessionOf(req))
    const { attributes: changes } = parseBody(ChangeGuestAttributes, req)
    const changed = await attributes.change(claims, changes, deadline())
    const session = await tokens.seal(changed)
    handOver(res, session)
    const { values, delivered } = changed.attributes
    answerJson(res, { attributes: values, applied: delivered ? 'now' : 'with-next-message', session })
  })

  router.all('/guest-attributes', methodNotAllowed('PUT'))
}
