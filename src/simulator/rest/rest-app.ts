import express, { type Express, type NextFunction, type Request, type Response } from 'express'
import { agentlessMessages } from './agentless-messages.ts'
import type { Agent } from '../agent/agent.ts'
import { attachmentStorage } from './attachment-storage.ts'
import type { Attachments } from '../conversation/attachments.ts'
import type { ContactCenter } from '../conversation/contact-center.ts'
import type { FaultInjector } from '../inspection/fault-injection.ts'
import { challengeVendor } from './challenge-vendor.ts'
import { contactCenterEndpoints } from './contact-center-endpoints.ts'
import { conversationEndpoints } from './conversation-endpoints.ts'
import type { Conversations } from '../conversation/conversations.ts'
import type { GuestJwts } from '../conversation/guest-jwt.ts'
import type { GuestSessions } from '../conversation/guest-sessions.ts'
import type { KnowledgeBase } from '../conversation/knowledge-base.ts'
import { history } from './history.ts'
import { knowledgeEndpoints } from './knowledge-endpoints.ts'
import type { Journey } from '../conversation/journey.ts'
import { journeyEndpoints } from './journey-endpoints.ts'
import type { OAuth } from './oauth-endpoint.ts'
import { answerError, errorOfStatus, notFound } from './platform-errors.ts'
import { correlationId, rateHeaders } from './platform-headers.ts'
import { publicConfiguration } from './public-configuration.ts'
import type { RequestRecord } from '../inspection/record.ts'
import { injectFaults, recordRequests } from './rest-faults.ts'
import { restGuestApis } from './rest-guest-apis.ts'
import type { RestGuests } from './rest-guests.ts'
import type { Settings } from '../settings.ts'
import type { SignIn } from './sign-in.ts'
import { webDeployments } from './web-deployments.ts'

/** Genesys: `request.bytes.max`. */
const BODY_BYTES = 512_000

export interface RestParts {
  settings: Settings
  faults: FaultInjector
  requests: RequestRecord
  oauth: OAuth
  sessions: GuestSessions
  jwts: GuestJwts
  attachments: Attachments
  conversations: Conversations
  contactCenter: ContactCenter
  knowledgeBase: KnowledgeBase
  journey: Journey
  agent: Agent
  signIn: SignIn
  guests: RestGuests
}

/** The API, login and CDN hosts and the object store. They share one port, because their paths do not collide. */
export function createRestApp(parts: RestParts): Express {
  const { settings, faults, requests, oauth, attachments, conversations, contactCenter } = parts
  const app = express()
  app.disable('x-powered-by').disable('etag')
  app.use(correlationId)
  app.use(recordRequests(requests, settings.now))
  app.use('/api', rateHeaders({ perMinute: settings.limits.restPerMinute, now: settings.now }))
  app.use(injectFaults(faults))
  app.use(attachmentStorage(settings, attachments))
  app.use(publicConfiguration(settings, parts.knowledgeBase))
  app.use(oauth.router)
  app.use(challengeVendor())
  app.use(jsonOnly, express.json({ limit: BODY_BYTES, strict: false }))
  app.use(webDeployments(settings, oauth))
  app.use(parts.signIn.router)
  app.use(history(parts))
  app.use(agentlessMessages(parts))
  app.use(contactCenterEndpoints(settings, contactCenter, oauth))
  app.use(knowledgeEndpoints(settings, parts.knowledgeBase, oauth))
  app.use(journeyEndpoints(settings, parts.journey, oauth))
  app.use(conversationEndpoints(conversations, oauth))
  if (settings.restGuestApis) app.use(restGuestApis(settings.restGuestApis, parts))
  app.use(() => {
    throw notFound()
  })
  app.use(answerError)
  return app
}

/** Refuses a body that is not JSON with 415. Official clients send a `Content-Type` even with a GET without a body. */
function jsonOnly(req: Request, _res: Response, next: NextFunction): void {
  const isEmpty = req.get('content-length') === '0'
  // Without a body, `is` returns null.
  if (!isEmpty && req.is('application/json') === false) throw errorOfStatus(415)
  next()
}
