import * as z from 'zod'
import type { AccessToken } from '../../genesys/oauth/access-token.ts'
import { callBudgetUsed, type CallBudget } from '../../outgoing-http/call-budget.ts'
import type { UpstreamClient, UpstreamRequest } from '../../outgoing-http/upstream-client.ts'
import { UpstreamError } from '../../errors/upstream-error.ts'

const RecordedEvent = z.object({ session: z.object({ id: z.string().nullish() }).nullish() }).nullish()

const Action = z.object({
  id: z.string().min(1),
  mediaType: z.string(),
  actionMapId: z.string().min(1),
  actionMapVersion: z.number(),
  sessionId: z.string().min(1),
  webMessagingOfferProperties: z.object({ offerText: z.string().nullish() }).nullish(),
})

const Ping = z.object({
  actions: z.array(z.unknown()).nullish(),
  pollIntervalMilliseconds: z.number().nullish(),
})

export type OfferedAction = z.infer<typeof Action>

/** Genesys' `WebEventRequest`. It contains neither the visitor's IP address nor the site's own id for the visitor. */
export interface WebEvent {
  readonly customerCookieId: string
  readonly eventName: string
  readonly page: { readonly url: string; readonly title: string; readonly lang?: string }
  readonly createdDate: string
  readonly userAgentString?: string
  readonly referrerUrl?: string
  readonly attributes?: Readonly<Record<string, { readonly dataType: string; readonly value: string }>>
}

export interface PingRequest {
  readonly customerId: string
  readonly sessionId?: string | undefined
  /** Without a page, Genesys returns no action. */
  readonly page?: { readonly url: string; readonly title: string }
}

/** Genesys Cloud's journey API. Each method throws `UpstreamError`. */
export interface JourneyOperations {
  /** @returns the id of the visit, if Genesys returns one */
  sendEvent(event: WebEvent, deadlineAtMs: number): Promise<string | undefined>
  ping(
    request: PingRequest,
    deadlineAtMs: number,
  ): Promise<{ readonly actions: readonly OfferedAction[]; readonly pollIntervalMs: number | undefined }>
  /** Does nothing if Genesys does not know the action. */
  sendActionState(
    action: { readonly sessionId: string; readonly actionId: string; readonly actionState: string },
    deadlineAtMs: number,
  ): Promise<void>
}

export function createJourneyOperations(options: {
  readonly api: UpstreamClient
  readonly apiUrl: string
  readonly deploymentId: string
  /** If undefined, requests are sent without a token. */
  readonly accessToken: AccessToken | undefined
  readonly budget: CallBudget
}): JourneyOperations {
  const { api, accessToken, budget } = options
  const deployment = `${options.apiUrl}/api/v2/journey/deployments/${encodeURIComponent(options.deploymentId)}`

  function call<T>(
    request: Pick<UpstreamRequest<T>, 'operation' | 'method' | 'body' | 'schema'> & { readonly path: string },
    deadlineAtMs: number,
  ): Promise<T> {
    const { path, ...rest } = request
    const attempt = async (authorization?: string) => {
      if (!(await budget.take())) throw budgetUsed()
      return api.request({
        ...rest,
        url: `${deployment}/${path}`,
        ...(authorization !== undefined && { headers: { authorization } }),
        allowNonJson: true,
        // Each attempt uses a call from the budget, and an event that arrives twice would be counted twice.
        retry: 'never',
        deadlineAtMs,
        explain: ({ status }) => explain(status, accessToken !== undefined),
      })
    }
    return accessToken ? accessToken.authorize(attempt, deadlineAtMs) : attempt()
  }

  return {
    async sendEvent(body, deadlineAtMs) {
      const found = await call(
        { operation: 'send_web_event', method: 'POST', path: 'webevents', body, schema: RecordedEvent },
        deadlineAtMs,
      )
      return found?.session?.id ?? undefined
    },
    async ping({ customerId, sessionId, page }, deadlineAtMs) {
      const query = new URLSearchParams({
        ...(page && { dl: page.url, dt: page.title }),
        ...(sessionId !== undefined && { sessionId }),
      })
      const found = await call(
        {
          operation: 'ping_journey',
          method: 'GET',
          path: `customers/${encodeURIComponent(customerId)}/ping?${query.toString()}`,
          schema: Ping,
        },
        deadlineAtMs,
      )
      // An action of an unknown kind must not hide the others.
      const actions = (found.actions ?? []).flatMap((each) => Action.safeParse(each).data ?? [])
      return { actions, pollIntervalMs: found.pollIntervalMilliseconds ?? undefined }
    },
    async sendActionState(body, deadlineAtMs) {
      try {
        await call(
          { operation: 'send_action_state', method: 'POST', path: 'actionevent', body, schema: z.unknown() },
          deadlineAtMs,
        )
      } catch (error) {
        if (!isUnknownAction(error)) throw error
      }
    },
  }
}

/** The page names the action, so its ids can be outdated or invented. That says nothing about the deployment. */
function isUnknownAction(error: unknown): boolean {
  if (!(error instanceof UpstreamError) || error.code !== 'upstream_refused') return false
  return error.facts.status === 400 || error.facts.status === 404
}

function explain(status: number, hasToken: boolean): string | undefined {
  if (status === 401 && !hasToken) return 'Genesys requires an access token: set JOURNEY=oauth.'
  if (status === 403)
    return hasToken
      ? 'The OAuth client is not allowed to use the journey. Try JOURNEY=open, which sends no access token.'
      : 'Genesys refuses journey requests for this deployment without an access token: try JOURNEY=oauth.'
  if (status === 404) return 'Genesys has no journey for GENESYS_DEPLOYMENT_ID.'
  return undefined
}

const budgetUsed = () =>
  callBudgetUsed({
    hint: 'JOURNEY_CALLS_PER_MINUTE limits the calls to the journey. A page view takes two.',
    retryAfterSeconds: 30,
  })
