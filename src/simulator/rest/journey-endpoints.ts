import { randomUUID } from 'node:crypto'
import { Router, type Request } from 'express'
import * as z from 'zod'
import type { Journey, OfferedAction } from '../conversation/journey.ts'
import type { Settings } from '../settings.ts'
import type { OAuth } from './oauth-endpoint.ts'
import { badRequest, notFound } from './platform-errors.ts'

const JOURNEY = '/api/v2/journey/deployments/:deploymentId'
const POLL_INTERVAL_MS = 15_000

const Attributes = z.record(
  z.string(),
  z.object({ dataType: z.enum(['integer', 'number', 'string', 'boolean']), value: z.string() }),
)

const WebEvent = z.object({
  customerCookieId: z.string().min(1),
  eventName: z.string().min(1),
  page: z.object({
    url: z.url(),
    title: z.string(),
    keywords: z.string().optional(),
    lang: z.string().optional(),
  }),
  createdDate: z.iso.datetime(),
  userAgentString: z.string().optional(),
  referrerUrl: z.string().optional(),
  searchQuery: z.string().optional(),
  ipAddress: z.string().optional(),
  attributes: Attributes.default({}),
  traits: Attributes.optional(),
})

const ActionEvent = z.object({
  sessionId: z.string().min(1),
  actionId: z.string().min(1),
  // Genesys: the states of `ActionEventRequest`.
  actionState: z.enum([
    'accepted',
    'rejected',
    'timedout',
    'errored',
    'ignored',
    'qualified',
    'offered',
    'started',
    'engaged',
    'qualifiedOutsideSchedule',
    'offeredOutsideSchedule',
    'abandoned',
    'completed',
    'frequencyCapReached',
  ]),
})

/** Page events, and the offers from action maps. It is unknown whether the platform requires an access token. */
export function journeyEndpoints(
  settings: Pick<Settings, 'deploymentId' | 'journeyNeedsToken'>,
  journey: Journey,
  oauth: OAuth,
): Router {
  const router = Router()

  function admit(req: Request): void {
    if (settings.journeyNeedsToken || req.get('authorization') !== undefined) oauth.authorize(req)
    if (req.params['deploymentId'] !== settings.deploymentId) throw notFound()
  }

  router.post(`${JOURNEY}/webevents`, (req, res) => {
    admit(req)
    const { success, data } = WebEvent.safeParse(req.body)
    if (!success) throw badRequest()
    const { customerCookieId, eventName, page, userAgentString, referrerUrl, attributes, createdDate } = data
    const sessionId = journey.record({
      customerCookieId,
      eventName,
      page: { url: page.url, title: page.title, ...(page.lang !== undefined && { lang: page.lang }) },
      attributes,
      ...(userAgentString !== undefined && { userAgentString }),
      ...(referrerUrl !== undefined && { referrerUrl }),
    })
    res.json({
      id: randomUUID(),
      eventType: 'com.genesys.journey.WebEvent',
      customerId: customerCookieId,
      customerIdType: 'cookie',
      eventName,
      page: { ...page, domain: new URL(page.url).hostname },
      session: { id: sessionId, durationInSeconds: 0, eventCount: 1, pageviewCount: 1 },
      attributes,
      traits: {},
      authenticated: false,
      createdDate,
    })
  })

  router.get(`${JOURNEY}/customers/:customerId/ping`, (req, res) => {
    admit(req)
    // Pings without a location return no actions.
    const actions = typeof req.query['dl'] === 'string' ? journey.offersFor(req.params.customerId) : []
    res.json({ actions: actions.map(actionEntity), pollIntervalMilliseconds: POLL_INTERVAL_MS })
  })

  router.post(`${JOURNEY}/actionevent`, (req, res) => {
    admit(req)
    const { success, data } = ActionEvent.safeParse(req.body)
    if (!success) throw badRequest()
    if (!journey.knowsAction(data.actionId, data.sessionId)) throw notFound()
    journey.actionStates.push(data)
    res.status(202).end()
  })

  return router
}

function actionEntity({ id, map, sessionId, customerId }: OfferedAction) {
  return {
    id,
    mediaType: map.mediaType,
    customerId,
    customerIdType: 'cookie',
    actionMapId: map.id,
    actionMapVersion: map.version,
    sessionId,
    ...(map.mediaType === 'webMessagingOffer' && {
      webMessagingOfferProperties: map.text === undefined ? {} : { offerText: map.text },
    }),
  }
}
