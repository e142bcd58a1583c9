import type { IRouter, Request, RequestHandler } from 'express'
import type { Availability, Deployment } from '../../../contract/contract.ts'
import type { GuestApi } from '../../genesys/guest-api.ts'
import { methodNotAllowed } from '../../middleware/method-not-allowed.ts'
import { RequestError } from '../../errors/request-error.ts'
import {
  createAvailability,
  type AvailabilityOfSite,
  type AvailabilityOptions,
  type AvailabilitySettings,
} from './availability.ts'
import { addCallbackRoutes } from './callback-routes.ts'
import { createCallbacks, type CallbackOptions, type CallbackSettings } from './callbacks.ts'
import { createCallbackOperations } from './callback-operations.ts'
import type { GuestSessions } from '../../sessions/guest-sessions.ts'
import type { SharedAttempts } from '../../sessions/idempotency.ts'
import { createCallBudget } from '../../outgoing-http/call-budget.ts'
import { createGuestWait } from './guest-wait.ts'
import { causeOf, describeCauses, type Cause } from './hours-reader.ts'
import { withWaiting } from './waiting-events.ts'

const MAX_AGE_SECONDS = 10
/** How many of the calls per minute may be used to estimate the waits of individual guests. */
const OWN_CALLS_PER_MINUTE = 8
/** A separate budget, which pages that poll availability cannot exhaust. */
const CALLBACKS_PER_MINUTE = 30

interface Check {
  readonly name: 'availability'
  readonly ok: boolean
  readonly essential?: boolean
  readonly code?: string
  readonly hint?: string
}

/** `GET /availability`, and its checks for the readiness report and the doctor. */
export interface AvailabilityFeature {
  readonly name: 'availability'
  /** Capabilities of guest sessions: none if the feature is not set up. */
  readonly capabilities: readonly ('availability' | 'callbacks')[]
  readonly deployment: Pick<Deployment, 'callbacks'>
  addRoutes(
    router: IRouter,
    routes: {
      readonly guards: {
        readonly anyPage: readonly RequestHandler[]
        readonly guestWithBody: readonly RequestHandler[]
      }
      readonly services: { readonly sessions: GuestSessions }
      readonly newDeadline: () => number
    },
  ): void
  readinessChecks(): Promise<readonly Check[]>
  /** Adds `waiting` events to a guest's events; undefined without a queue. */
  readonly addEvents: ((guestApi: GuestApi) => GuestApi['subscribe']) | undefined
  /** What is known, and why some values are not known; undefined if the feature is not set up. */
  diagnose(): Promise<{ readonly found: string; readonly problems: readonly Cause[] } | undefined>
}

/** @param options undefined without an OAuth client, because availability cannot be read without one */
export function createAvailabilityFeature(
  settings: AvailabilitySettings,
  options:
    | (Omit<AvailabilityOptions, keyof AvailabilitySettings> & {
        readonly sharedAttempts?: SharedAttempts | undefined
        readonly mask?: CallbackOptions['mask']
      })
    | undefined,
  callbackSettings?: CallbackSettings,
): AvailabilityFeature {
  const isSetUp = Object.values(settings).some((id) => id !== undefined)
  const availability = isSetUp && options ? createAvailability({ ...settings, ...options }) : undefined
  const { queueId } = settings
  const callbacks =
    availability && options && callbackSettings && queueId !== undefined
      ? callbacksOf(availability, { ...options, settings: callbackSettings, queueId })
      : undefined
  return {
    name: 'availability',
    addEvents:
      availability && options && queueId !== undefined
        ? (guestApi) => waitingEvents(availability, { ...options, guestApi, queueId })
        : undefined,
    capabilities: [
      ...(availability ? (['availability'] as const) : []),
      ...(callbacks ? (['callbacks'] as const) : []),
    ],
    deployment:
      callbacks && callbackSettings
        ? { callbacks: callbackSettings.needsVerifiedVisitor ? 'verified' : 'on' }
        : {},
    addRoutes(router, routes) {
      const { guards } = routes
      addCallbackRoutes(router, {
        ...routes,
        requestCallback: callbacks?.request,
        now: options?.now ?? Date.now,
      })
      router.get('/availability', ...guards.anyPage, async (req, res) => {
        if (!availability) throw notEnabled()
        const { body, etag } = await availability.current()
        res.setHeader('Cache-Control', `public, max-age=${MAX_AGE_SECONDS}`)
        res.setHeader('ETag', etag)
        if (isKnown(req, etag)) {
          res.status(304).end()
          return
        }
        res.setHeader('Content-Type', 'application/json; charset=utf-8')
        res.setHeader('Content-Length', Buffer.byteLength(body))
        res.end(body)
      })
      router.all('/availability', methodNotAllowed('GET'))
    },
    async readinessChecks() {
      if (!availability) return []
      // Evaluates at startup, to show errors early. Later, reports the result of the latest request from a page.
      const { causes } = availability.latest ?? (await availability.current())
      return [checkOf(causes)]
    },
    async diagnose() {
      if (!availability) return undefined
      const { availability: found, causes: known } = await availability.inspect()
      const causes = [...known, ...((await callbacks?.problems()) ?? [])]
      const more = causes.length === 0 ? '' : '; not everything is known'
      return { found: `now ${inWords(found)}${more}`, problems: causes }
    },
  }
}

/** Not `req.fresh`, which is false for `no-cache`: browsers add it if a page itself sets `If-None-Match`. */
function isKnown(req: Request, etag: string): boolean {
  const tags = req.get('if-none-match')?.split(',') ?? []
  return tags.some((tag) => tag.trim() === etag)
}

function checkOf(causes: readonly Cause[]): Check {
  const name = 'availability'
  const [first] = causes
  if (!first) return { name, ok: true }
  const { code } = first
  const hint = describeCauses(causes)
  return { name, ok: false, essential: false, ...(code !== undefined && { code }), hint }
}

function inWords({ state, until, opensAt, timeZone, waitMinutes }: Availability): string {
  return [
    state,
    until && `until ${until}`,
    opensAt && `opens at ${opensAt}`,
    timeZone && `schedules in ${timeZone}`,
    waitMinutes && `a wait of ${waitMinutes.from} to ${waitMinutes.to} minutes`,
  ]
    .filter(Boolean)
    .join(', ')
}

function notEnabled(): RequestError {
  return new RequestError('not_enabled', 'This service was set up without availability.', {
    hint: 'Set GENESYS_SCHEDULE_GROUP_ID, GENESYS_EMERGENCY_GROUP_ID or GENESYS_QUEUE_ID, and configure an OAuth client.',
  })
}

function waitingEvents(
  site: AvailabilityOfSite,
  options: Pick<AvailabilityOptions, 'sharedCalls' | 'now' | 'monotonicNow'> & {
    readonly guestApi: GuestApi
    readonly queueId: string
  },
): GuestApi['subscribe'] {
  const { guestApi, sharedCalls, monotonicNow } = options
  const ownBudget = createCallBudget({
    max: OWN_CALLS_PER_MINUTE,
    name: 'availability-of-guests',
    shared: sharedCalls,
    monotonicNow,
  })
  const wait = createGuestWait({ ...options, site, ownBudget })
  return guestApi.subscribe && withWaiting(guestApi.subscribe.bind(guestApi), { ...options, wait })
}

function callbacksOf(
  site: AvailabilityOfSite,
  options: Omit<AvailabilityOptions, keyof AvailabilitySettings> &
    Pick<CallbackOptions, 'settings' | 'queueId' | 'sharedAttempts' | 'mask'>,
) {
  const { queueId, timeoutMs, monotonicNow } = options
  const budget = createCallBudget({
    max: CALLBACKS_PER_MINUTE,
    name: 'callbacks',
    shared: options.sharedCalls,
    monotonicNow,
  })
  const operations = createCallbackOperations({ ...options, budget })
  return {
    request: createCallbacks({ ...options, site, operations }),
    /** Why no callback can be created, for operators. */
    async problems(): Promise<readonly Cause[]> {
      try {
        await operations.requirePermission(queueId, monotonicNow() + timeoutMs)
        return []
      } catch (error) {
        return [causeOf(error, 'The permission for callbacks')]
      }
    },
  }
}
