import type { Router } from 'express'
import type { GuestAttachments } from '../sessions/guest-attachments.ts'
import type { GuestAttributes } from '../sessions/guest-attributes.ts'
import type { GuestMessages } from '../sessions/guest-messages.ts'
import type { GuestSessions } from '../sessions/guest-sessions.ts'
import type { SessionTokens } from '../sessions/session-token.ts'
import { attachmentRoutes } from './attachments.ts'
import type { Deadline } from './deadline.ts'
import { guestAttributeRoutes } from './guest-attributes.ts'
import { guestSessionRoutes } from './guest-session.ts'
import type { GuestRouteGuards } from './guards/guest-route-guards.ts'
import { messageRoutes } from './messages.ts'
import type { SessionHandover } from './session-handover.ts'
import { signInRoutes } from './sign-in.ts'

export interface GuestServices {
  readonly sessions: GuestSessions
  readonly messages: GuestMessages
  readonly attributes: GuestAttributes
  readonly attachments: GuestAttachments
  readonly tokens: SessionTokens
}

/** All that a guest can do, but live events, which stay open. */
export function guestRoutes(options: {
  readonly services: GuestServices
  readonly guards: GuestRouteGuards
  readonly deadline: Deadline
  readonly handOver: SessionHandover
}): Router[] {
  const { services, guards, deadline, handOver } = options
  return [
    // What most requests ask for comes first: each router before costs them something.
    messageRoutes({ ...services, guards, deadline, handOver }),
    guestSessionRoutes({ sessions: services.sessions, guards, deadline, handOver }),
    guestAttributeRoutes({ ...services, guards, deadline, handOver }),
    attachmentRoutes({ ...services, guards, deadline }),
    signInRoutes({ sessions: services.sessions, guards, deadline, handOver }),
  ]
}
