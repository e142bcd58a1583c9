import { randomUUID } from 'node:crypto'
import type { IRouter, Request, RequestHandler, Response } from 'express'
import type {
  Deployment,
  JourneyInvitation,
  JourneyInvitations,
  JourneyPage,
} from '../../../contract/contract.ts'
import type { AccessToken } from '../../genesys/oauth/access-token.ts'
import { methodNotAllowed } from '../../middleware/method-not-allowed.ts'
import { createAddressLimit } from '../../middleware/rate-limits.ts'
import { parseBody } from '../../middleware/request-body.ts'
import { RequestError } from '../../errors/request-error.ts'
import { JourneyAnswer, JourneyEvent, JourneyQuestion } from '../../routes/journey-schemas.ts'
import { sendJson } from '../../http-server/send-json.ts'
import type { JourneySettings } from '../../settings/journey-settings.ts'
import { createCallBudget, type SharedCalls } from '../../outgoing-http/call-budget.ts'
import type { UpstreamClient } from '../../outgoing-http/upstream-client.ts'
import { UpstreamError } from '../../errors/upstream-error.ts'
import { parseUrl } from '../../urls/parse-url.ts'
import {
  createJourneyOperations,
  type JourneyOperations,
  type OfferedAction,
  type PingRequest,
  type WebEvent,
} from './platform-operations.ts'
import { pageAddress, type RedactText } from './page-address.ts'

interface Check {
  readonly name: 'journey'
  readonly ok: boolean
  readonly essential?: boolean
  readonly code?: string
  readonly hint?: string
}

/** Sends the website's page views and events to Genesys' journey, and returns the invitations from its action maps. */
export interface JourneyFeature {
  readonly name: 'journey'
  readonly capabilities: readonly never[]
  readonly deployment: Pick<Deployment, 'journey'>
  addRoutes(
    router: IRouter,
    routes: {
      readonly guards: { readonly anyPageWithBody: readonly RequestHandler[] }
      readonly newDeadline: () => number
    },
  ): void
  readinessChecks(): Promise<readonly Check[]>
  diagnose(): Promise<{ readonly found: string; readonly problems: readonly { hint: string }[] } | undefined>
}

export interface JourneyOptions {
  readonly api: UpstreamClient
  readonly apiUrl: string
  readonly deploymentId: string
  readonly accessToken: AccessToken | undefined
  readonly timeoutMs: number
  readonly sharedCalls?: SharedCalls | undefined
  readonly mask?: RedactText | undefined
  readonly now: () => number
  readonly monotonicNow: () => number
}

/** Other offers from action maps are ignored. */
const CHAT_OFFER = 'webMessagingOffer'
/** A page view's event, and the question for its invitations. */
const CALLS_PER_EVENT = 2
/** The share of the calls that one address may use, so that a single visitor cannot use up all of them. */
const SHARE_OF_ADDRESS = 1 / 2
const MIN_ASK_AGAIN_SECONDS = 5
const MAX_ASK_AGAIN_SECONDS = 300
const ASK_AGAIN_SECONDS = 30
const MAX_USER_AGENT_CHARS = 512
const MAX_OFFER_TEXT_CHARS = 500

export function createJourneyFeature(
  settings: JourneySettings | undefined,
  options: JourneyOptions,
): JourneyFeature {
  const { monotonicNow, timeoutMs, now, mask: redact = (text: string) => text } = options
  const operations = settings && operationsOf(settings, options)
  let latestProblem: UpstreamError | undefined

  function requireOperations(): JourneyOperations {
    if (!operations) throw notEnabled()
    return operations
  }

  /** Remembers the latest failure, for the readiness report. */
  async function noted<T>(work: Promise<T>): Promise<T> {
    try {
      const result = await work
      latestProblem = undefined
      return result
    } catch (error) {
      if (error instanceof UpstreamError) latestProblem = error
      throw error
    }
  }

  async function invitationsFor(request: PingRequest, deadlineAtMs: number): Promise<JourneyInvitations> {
    const { actions, pollIntervalMs } = await noted(requireOperations().ping(request, deadlineAtMs))
    const { sessionId } = request
    return {
      ...(sessionId !== undefined && { sessionId }),
      invitations: actions.filter(({ mediaType }) => mediaType === CHAT_OFFER).map(invitationOf),
      askAgainAfterSeconds: askAgainAfter(pollIntervalMs),
    }
  }

  const pageOf = (page: JourneyPage) => ({
    url: pageAddress(page.url, redact) ?? '',
    title: redact(page.title),
    ...(page.language !== undefined && { lang: page.language }),
  })

  async function record(req: Request, deadlineAtMs: number): Promise<JourneyInvitations> {
    const event = parseBody(JourneyEvent, req)
    requireOwnPage(req, event.page)
    const page = pageOf(event.page)
    const referrer = event.referrer === undefined ? undefined : pageAddress(event.referrer, redact)
    const userAgent = req.get('user-agent')?.slice(0, MAX_USER_AGENT_CHARS)
    const webEvent: WebEvent = {
      customerCookieId: event.visitorId,
      eventName: event.name,
      page,
      createdDate: new Date(now()).toISOString(),
      ...(userAgent !== undefined && { userAgentString: userAgent }),
      ...(referrer !== undefined && { referrerUrl: referrer }),
      ...(event.attributes && { attributes: typedAttributes(event.attributes, redact) }),
    }
    const sessionId = await noted(requireOperations().sendEvent(webEvent, deadlineAtMs))
    try {
      return await invitationsFor({ customerId: event.visitorId, sessionId, page }, deadlineAtMs)
    } catch (error) {
      if (!(error instanceof UpstreamError)) throw error
      // Genesys already has the event: an error response would make the page send it again.
      return {
        ...(sessionId !== undefined && { sessionId }),
        invitations: [],
        askAgainAfterSeconds: ASK_AGAIN_SECONDS,
      }
    }
  }

  return {
    name: 'journey',
    capabilities: [],
    deployment: operations ? { journey: true } : {},
    addRoutes(router, { guards, newDeadline }) {
      const limitCalls = createCallLimit(settings, monotonicNow)
      router.post('/journey/events', ...guards.anyPageWithBody, async (req: Request, res: Response) => {
        requireOperations()
        limitCalls(req, CALLS_PER_EVENT)
        sendJson(res, await record(req, newDeadline()))
      })
      router.post('/journey/invitations', ...guards.anyPageWithBody, async (req: Request, res: Response) => {
        requireOperations()
        limitCalls(req)
        const { visitorId, sessionId, page } = parseBody(JourneyQuestion, req)
        requireOwnPage(req, page)
        const request = { customerId: visitorId, sessionId, page: pageOf(page) }
        sendJson(res, await invitationsFor(request, newDeadline()))
      })
      router.post('/journey/answers', ...guards.anyPageWithBody, async (req: Request, res: Response) => {
        const journey = requireOperations()
        limitCalls(req)
        const { invitationId: actionId, sessionId, state: actionState } = parseBody(JourneyAnswer, req)
        await noted(journey.sendActionState({ sessionId, actionId, actionState }, newDeadline()))
        res.status(204).end()
      })
      for (const path of ['events', 'invitations', 'answers'])
        router.all(`/journey/${path}`, methodNotAllowed('POST'))
    },
    readinessChecks() {
      if (!operations) return Promise.resolve([])
      if (!latestProblem) return Promise.resolve([{ name: 'journey', ok: true }])
      const { code, message, facts } = latestProblem
      const hint = facts.hint ?? message
      return Promise.resolve([{ name: 'journey', ok: false, essential: false, code, hint }])
    },
    async diagnose() {
      if (!operations) return undefined
      try {
        // A ping without a page, for a customer who does not exist. Genesys responds to it without an offer.
        await operations.ping({ customerId: randomUUID() }, monotonicNow() + timeoutMs)
        return { found: 'Genesys accepts journey requests for this deployment', problems: [] }
      } catch (error) {
        if (!(error instanceof UpstreamError)) throw error
        return { found: error.message, problems: [{ hint: error.facts.hint ?? error.message }] }
      }
    },
  }
}

function operationsOf(
  { usesAccessToken, callsPerMinute }: JourneySettings,
  options: JourneyOptions,
): JourneyOperations {
  const { monotonicNow, sharedCalls, accessToken } = options
  const budget = createCallBudget({
    max: callsPerMinute,
    name: 'journey',
    shared: sharedCalls,
    monotonicNow,
  })
  return createJourneyOperations({
    ...options,
    accessToken: usesAccessToken ? accessToken : undefined,
    budget,
  })
}

/** Limits the calls to Genesys that one address's requests may cause. */
function createCallLimit(settings: JourneySettings | undefined, monotonicNow: () => number) {
  return createAddressLimit({
    maxPerMinute: Math.max(CALLS_PER_EVENT, (settings?.callsPerMinute ?? 0) * SHARE_OF_ADDRESS),
    detail: 'Too many journey requests came from this address.',
    hint: 'An address can use half of JOURNEY_CALLS_PER_MINUTE. Behind a proxy, set TRUST_PROXY.',
    monotonicNow,
  })
}

function invitationOf(action: OfferedAction): JourneyInvitation {
  const { id, sessionId, actionMapId, actionMapVersion, webMessagingOfferProperties } = action
  const text = webMessagingOfferProperties?.offerText?.trim().slice(0, MAX_OFFER_TEXT_CHARS)
  return {
    id,
    sessionId,
    ...(text ? { text } : {}),
    actionMap: { id: actionMapId, version: actionMapVersion },
  }
}

function askAgainAfter(pollIntervalMs: number | undefined): number {
  if (pollIntervalMs === undefined) return ASK_AGAIN_SECONDS
  const seconds = Math.ceil(pollIntervalMs / 1000)
  return Math.min(Math.max(seconds, MIN_ASK_AGAIN_SECONDS), MAX_ASK_AGAIN_SECONDS)
}

/** The attributes in Genesys' format: `dataType`, and the value as text. */
function typedAttributes(
  attributes: Readonly<Record<string, string | number | boolean>>,
  redact: RedactText,
): NonNullable<WebEvent['attributes']> {
  return Object.fromEntries(
    Object.entries(attributes).map(([key, value]) => [
      key,
      { dataType: Number.isInteger(value) ? 'integer' : typeof value, value: redact(String(value)) },
    ]),
  )
}

function notEnabled(): RequestError {
  return new RequestError('not_enabled', 'This service was set up without the journey.', {
    hint: 'Set JOURNEY.',
  })
}

/** A page of another website must not write into this site's journey. */
function requireOwnPage(req: Request, { url }: JourneyPage): void {
  const origin = req.get('origin')
  if (origin === undefined || parseUrl(url)?.origin === origin) return
  throw new RequestError('invalid_request', 'The request does not have the documented form.', {
    errors: [{ path: 'page.url', message: 'must be an address of the website that sends the request' }],
  })
}
