import type { IRouter } from 'express'
import type { GuestAttachments } from '../sessions/guest-attachments.ts'
import type { GuestAttributes } from '../sessions/guest-attributes.ts'
import type { GuestMessages } from '../sessions/guest-messages.ts'
import type { GuestSessions } from '../sessions/guest-sessions.ts'
import { addAttachmentRoutes } from './attachments.ts'
import { addGuestAttributeRoutes } from './guest-attributes.ts'
import { addGuestSessionRoutes } from './guest-session.ts'
import type { GuestRouteGuards } from '../middleware/guest-route-guards.ts'
import { addMessageRoutes } from './messages.ts'
import type { SetSessionCookie } from '../middleware/session-cookie.ts'
import { addSignInRoutes } from './sign-in.ts'

export interface GuestServices {
  readonly sessions: GuestSessions
  readonly messages: GuestMessages
  readonly attributes: GuestAttributes
  readonly attachments: GuestAttachments
}

/** All guest operations except live events. */
export function addGuestRoutes(
  router: IRouter,
  options: {
    readonly services: GuestServices
    readonly guards: GuestRouteGuards
    readonly newDeadline: () => number
    readonly monotonicNow: () => number
    readonly setSessionCookie: SetSessionCookie
  },
): void {
  const { services, guards, newDeadline, monotonicNow, setSessionCookie } = options
  // The most frequently used routes come first, because Express tries the routes in order.
  addMessageRoutes(router, { ...services, guards, newDeadline, setSessionCookie })
  addGuestSessionRoutes(router, { sessions: services.sessions, guards, newDeadline, setSessionCookie })
  addGuestAttributeRoutes(router, { ...services, guards, newDeadline, setSessionCookie })
  addAttachmentRoutes(router, { ...services, guards, newDeadline, monotonicNow })
  addSignInRoutes(router, { sessions: services.sessions, guards, newDeadline, setSessionCookie })
}
