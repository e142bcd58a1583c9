import type { IRouter, Request, Response } from 'express'
import type { ChangedAttributes } from '../../contract/contract.ts'
import type { GuestAttributes } from '../sessions/guest-attributes.ts'
import type { GuestSessions } from '../sessions/guest-sessions.ts'
import { sendJson } from '../http-server/send-json.ts'
import { claimsOf } from '../middleware/session-guard.ts'
import type { GuestRouteGuards } from '../middleware/guest-route-guards.ts'
import { methodNotAllowed } from '../middleware/method-not-allowed.ts'
import { parseBody } from '../middleware/request-body.ts'
import { ChangeGuestAttributes } from './schemas.ts'
import type { SetSessionCookie } from '../middleware/session-cookie.ts'

export function addGuestAttributeRoutes(
  router: IRouter,
  options: {
    readonly sessions: GuestSessions
    readonly attributes: GuestAttributes
    readonly guards: GuestRouteGuards
    readonly newDeadline: () => number
    readonly setSessionCookie: SetSessionCookie
  },
): void {
  const { sessions, attributes, guards, newDeadline, setSessionCookie } = options
  router.put('/guest-attributes', guards.guestWithBody, async (req: Request, res: Response) => {
    const claims = sessions.requireLive(claimsOf(req))
    const { attributes: changes } = parseBody(ChangeGuestAttributes, req)
    const changed = await attributes.change(claims, changes, newDeadline())
    const session = await sessions.renew(changed)
    setSessionCookie(res, session)
    const { values, delivered } = changed.attributes
    const answer: ChangedAttributes = { attributes: values, applied: delivered ? 'now' : 'with-next-message' }
    sendJson(res, { ...answer, session })
  })

  router.all('/guest-attributes', methodNotAllowed('PUT'))
}
