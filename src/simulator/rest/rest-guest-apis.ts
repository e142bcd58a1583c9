import { randomUUID } from 'node:crypto'
import { type NextFunction, type Request, type Response, Router } from 'express'
import * as z from 'zod'
import { type OAuth, bearerOf } from './oauth-endpoint.ts'
import { badRequest, notAuthorized, notFound } from './platform-errors.ts'
import type { RestGuest, RestGuests } from './rest-guests.ts'
import type { RestGuestOptions, Settings } from '../settings.ts'

const Attributes = z.record(z.string(), z.unknown())
const User = z.looseObject({
  orgId: z.string().min(1),
  userId: z.string().min(1),
  attributes: Attributes.optional(),
})
const Identity = z.looseObject({
  purpose: z.string().optional(),
  name: z.string().optional(),
  email: z.string().optional(),
  attributes: Attributes.optional(),
  contactAttributes: Attributes.optional(),
})
const Guest = z.looseObject({ name: z.string().optional(), email: z.string().optional() })
const Text = z.looseObject({ text: z.string().min(1), type: z.literal('text').optional() })
const IdentityMessage = Text.extend({
  conversationId: z.string().min(1),
  to: z.looseObject({ id: z.string() }).optional(),
  divisionId: z.string().optional(),
})
const AttributeWrite = z.strictObject({
  attributes: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
})

export interface RestGuestParts {
  settings: Settings
  oauth: OAuth
  guests: RestGuests
}

/**
 * The REST guest operations as forum threads describe them. The published platform has none of them, so they are served
 * only if a setting requests them. Details that the threads leave open (a status, a response's fields) are our own
 * choice.
 */
export function restGuestApis(options: RestGuestOptions, parts: RestGuestParts): Router {
  const router = Router()
  router.use(requestId)
  router.post('/api/v2/external/users/messaging', createExternalUser(parts))
  router.post('/api/v2/guests/identities', createIdentity(options, parts))
  router.post('/api/v2/guests/messages', sendAsIdentity(options, parts))
  router.post('/api/v2/conversations/messaging/external/guests', createExternalGuest(parts))
  router.post('/api/v2/conversations/messaging/external/guests/:guestId/messages', sendAsExternalGuest(parts))
  router.put('/api/v2/webmessaging/guests/:guestId/attributes', writeAttributes(parts))
  router.get('/api/v2/messagecenter/deployments/:deploymentId', lookUpDeployment(parts))
  return router
}

/** The threads use this header for diagnosis. */
function requestId(_req: Request, res: Response, next: NextFunction): void {
  res.set('x-request-id', randomUUID())
  next()
}

function createExternalUser({ settings, oauth, guests }: RestGuestParts) {
  return (req: Request, res: Response): void => {
    oauth.authorize(req)
    const { orgId, userId, attributes = {} } = bodyAs(User, req)
    if (orgId !== settings.organizationId) throw notAuthorized()
    const user = guests.create('external-user', { details: { userId }, attributes })
    res.json({ externalUserToken: user.token })
  }
}

function createIdentity({ identityTokenName = 'identityToken' }: RestGuestOptions, parts: RestGuestParts) {
  return (req: Request, res: Response): void => {
    parts.oauth.authorize(req, 'guest:identity:write')
    const { purpose = '', attributes, contactAttributes, ...details } = bodyAs(Identity, req)
    const known = { ...attributes, ...contactAttributes }
    const guest = parts.guests.create('guest-identity', { purpose, details, attributes: known })
    const { guestId, conversationId, token } = guest
    res.status(201).json({ guestId, conversationId, [identityTokenName]: token })
  }
}

function sendAsIdentity({ divisionId, flowId }: RestGuestOptions, { settings, guests }: RestGuestParts) {
  return (req: Request, res: Response): void => {
    const guest = identityOf(req)
    const body = bodyAs(IdentityMessage, req)
    if (!guests.all.some(({ conversationId }) => conversationId === body.conversationId)) throw badRequest()
    const isTheirs =
      body.conversationId === guest.conversationId &&
      isEither(body.divisionId, divisionId) &&
      isEither(body.to?.id, flowId) &&
      isEither(req.get('x-genesys-cloud-id'), settings.organizationId)
    if (!isTheirs) throw notAuthorized('Access denied for guest identity')
    const { id } = guests.take(guest, body.text, body)
    res.json({ id, conversationId: guest.conversationId })
  }

  function identityOf(req: Request): RestGuest {
    const scheme = /^bearer +\S/i.test(req.get('authorization') ?? '')
    const guest = scheme ? guests.byToken(bearerOf(req)) : undefined
    if (guest?.kind !== 'guest-identity' || !guests.isFresh(guest)) {
      throw notAuthorized('User not authenticated')
    }
    if (guest.purpose !== 'chat') throw notAuthorized('Access denied for guest identity')
    return guest
  }
}

function createExternalGuest({ oauth, guests }: RestGuestParts) {
  return (req: Request, res: Response): void => {
    oauth.authorize(req, 'messaging:guest:write')
    const { guestId, token } = guests.create('external-guest', { details: bodyAs(Guest, req) })
    res.status(201).json({ guestId, accessToken: token })
  }
}

function sendAsExternalGuest({ guests }: RestGuestParts) {
  return (req: Request, res: Response): void => {
    const token = /^Guest +(\S+)$/.exec(req.get('authorization') ?? '')?.[1]
    const guest = token === undefined ? undefined : guests.byToken(token)
    if (guest?.kind !== 'external-guest') {
      // Any other scheme or token gets 403 without a body, as many forum threads report.
      res.status(403).end()
      return
    }
    if (guest.guestId !== req.params.guestId) throw notFound()
    const body = bodyAs(Text, req)
    const { id } = guests.take(guest, body.text, body)
    res.json({ id })
  }
}

function writeAttributes({ oauth, guests }: RestGuestParts) {
  return (req: Request, res: Response): void => {
    oauth.authorize(req, 'webmessaging:guest:write')
    const guest = guests.byId(String(req.params.guestId))
    if (!guest) throw notFound()
    Object.assign(guest.attributes, bodyAs(AttributeWrite, req).attributes)
    res.json({ guestId: guest.guestId, attributes: guest.attributes })
  }
}

function lookUpDeployment({ settings, oauth }: RestGuestParts) {
  return (req: Request, res: Response): void => {
    oauth.authorize(req, 'messagecenter:deployment:read')
    const { deploymentId: id, organizationId, deploymentStatus } = settings
    if (req.params.deploymentId !== id) throw notFound()
    res.json({ id, name: 'Simulated deployment', organizationId, status: deploymentStatus.toLowerCase() })
  }
}

/** @throws {PlatformError} 400 if the body is not as described */
function bodyAs<Schema extends z.ZodType>(schema: Schema, req: Request): z.infer<Schema> {
  const { success, data } = schema.safeParse(req.body)
  if (!success) throw badRequest()
  return data
}

function isEither(given: string | undefined, expected: string | undefined): boolean {
  return given === undefined || expected === undefined || given === expected
}
