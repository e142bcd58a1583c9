import { Router } from 'express'
import { ConfigError, type Config } from './settings/config.ts'
import type { DeploymentInfo, GuestApi } from './genesys/guest-api.ts'
import { createGenesysClient } from './create-genesys-client.ts'
import type { Log } from './observability/log.ts'
import { limitConnections } from './middleware/rate-limits.ts'
import { guestRouteGuards } from './middleware/guest-route-guards.ts'
import { limitBodies } from './middleware/request-body.ts'
import { createSessionCookie } from './middleware/session-cookie.ts'
import { claimsOf, createSessionGuard, hasSession } from './middleware/session-guard.ts'
import type { Metrics } from './observability/metrics.ts'
import { createSiteChecks, type SiteChecks } from './readiness.ts'
import { addDeploymentRoutes } from './routes/deployment.ts'
import { addEventRoutes } from './routes/events.ts'
import { addGuestRoutes } from './routes/guest-routes.ts'
import { limitOpen } from './http-server/open-limit.ts'
import { createEventStreams, type StreamUpkeep } from './http-server/event-stream.ts'
import { createMemoryWatch } from './http-server/memory-watch.ts'
import { createMask, redactServices } from './features/redaction/redact-services.ts'
import { reconnectSpreadMs } from './http-server/reconnect-spread.ts'
import type { ServiceState } from './service-state.ts'
import { createAttributePolicy } from './sessions/attribute-policy.ts'
import { createGuestAttachments } from './sessions/guest-attachments.ts'
import { createGuestAttributes } from './sessions/guest-attributes.ts'
import { createGuestMessages } from './sessions/guest-messages.ts'
import { createGuestSessions, type GuestSessions } from './sessions/guest-sessions.ts'
import { createIdentity, type TrustedAttributes } from './sessions/identity.ts'
import { createLiveEvents, type LiveEvents } from './sessions/live-events.ts'
import { createSessionLifetime } from './sessions/session-lifetime.ts'
import { createSessionMemory, type SessionMemory } from './sessions/session-memory.ts'
import { createSessionOpening } from './sessions/session-opening.ts'
import { createSessionRegistry } from './sessions/session-registry.ts'
import { createSessionTokens, guestOf, type SessionTokens } from './sessions/session-token.ts'
import { createUserTokenVerifier } from './sessions/user-token.ts'
import { createWidgetConfig, type ReadWidgetConfig } from './sessions/widget-config.ts'
import { createSharedState, type SharedState } from './shared-state/shared-state.ts'
import { createOptionalFeatures, type OptionalFeature } from './optional-features.ts'
import { createSiteMiddleware, type SiteMiddleware } from './site-middleware.ts'
import type { UpstreamTracing } from './observability/tracing.ts'

export interface GuestBffOptions {
  /** The visitor's identity, from the embedding application's own session or database. */
  readonly trustedAttributes?: TrustedAttributes
  /** The log. Default: one that writes to standard output at `config.logLevel`. */
  readonly log?: Log
  /** A driver that replaces the configured one. */
  readonly guestApi?: GuestApi
  /** Epoch ms, for expiries. Default: `Date.now`. */
  readonly now?: () => number
  /** A monotonic clock in ms, for waits and deadlines. Default: `now` if given, otherwise the process's clock. */
  readonly monotonicNow?: () => number
}

/** What exists once per process, regardless of the number of sites. */
export interface ProcessParts {
  readonly log: Log
  readonly metrics: Metrics
  readonly state: ServiceState
  readonly streamUpkeep: StreamUpkeep
  readonly tracing: UpstreamTracing | undefined
  readonly now: () => number
  readonly monotonicNow: () => number
}

/** One website: its middleware, its routes, and their dependencies. */
export interface Site {
  /** Undefined for the only site of a process. */
  readonly id: string | undefined
  readonly config: Config
  readonly middleware: SiteMiddleware
  /** The routes for the site's guests. */
  readonly router: Router
  readonly memory: SessionMemory
  readonly checks: () => Promise<SiteChecks['checks']>
  /** Resolves as soon as it is known whether the shared state is available, and after a second at most. */
  readonly started: Promise<void>
  /** Replaces the keys for session tokens. If one was removed, pages with an event stream must authenticate again. */
  replaceSessionKeys(keys: readonly Uint8Array[]): void
  /** Asks pages with an event stream to reconnect. */
  reconnectPages(): void
  /** Ends streams and upstream connections. Guests' sessions continue at Genesys. */
  close(): Promise<void>
}

/** Pages spread their reconnects over at least this time, so that the next replica does not get all of them at the same time. */
const MIN_RECONNECT_SPREAD_MS = 1000

const END_EXPIRED_STREAMS_EVERY_MS = 5000

export interface SiteOptions {
  readonly id: string | undefined
  readonly config: Config
  /** The state of the site that this one replaces after its settings have changed. */
  readonly memory?: SessionMemory | undefined
}

/** Creates a site with all its dependencies. It opens no port and reads no environment variable. */
export function createSite(
  { id, config, memory = createSessionMemory() }: SiteOptions,
  parts: ProcessParts,
  options: GuestBffOptions = {},
): Site {
  const { log, metrics, now, monotonicNow } = parts
  const sharedState = config.redis && connectSharedState(config, config.redis, parts)
  const genesys = createGenesysClient(config, {
    log,
    metrics,
    now,
    monotonicNow,
    tracing: parts.tracing,
    refusedCredentials: sharedState?.refusedCredentials,
    onUnexpectedError: noteUnexpectedError(parts),
  })
  const guestApi = options.guestApi ?? genesys.guestApi
  const mask = config.redaction && createMask(config.redaction)
  const features = createOptionalFeatures(config, { ...parts, genesys, guestApi, sharedState, mask })
  const guests = createGuestServices(config, {
    ...parts,
    guestApi,
    memory,
    sharedState,
    trustedAttributes: trustedAttributesOf(options, features),
    features,
  })
  const { live, tokens } = guests
  const expiry = setInterval(() => live.endExpired(), END_EXPIRED_STREAMS_EVERY_MS).unref()
  const streams = createEventStreams(parts.streamUpkeep, {
    max: config.limits.eventStreams,
    maxPerAddress: config.limits.eventStreamsPerAddress,
    onOpened: () => metrics.streamOpened(),
  })
  const middleware = createSiteMiddleware(config, {
    ...parts,
    isOfSite: true,
    countRateLimit: sharedState?.countRateLimit,
  })
  const router = createSiteRouter(config, { ...parts, ...guests, guestApi, middleware, streams, features })
  const siteChecks = createSiteChecks({
    guestApi,
    accessToken: genesys.accessToken,
    allowedOrigins: config.allowedOrigins,
    sharedState,
    monotonicNow,
  })
  metrics.setLimits({
    liveStreams: config.limits.eventStreams,
    connectionsPerMinute: config.genesys.connectionsPerMinute,
  })

  const reconnectPages = () => live.drain(Math.max(MIN_RECONNECT_SPREAD_MS, reconnectSpreadMs(streams.open)))
  return {
    id,
    config,
    middleware,
    router,
    memory,
    checks: async () =>
      (await Promise.all([siteChecks(), ...features.map((feature) => feature.readinessChecks())])).flat(),
    started: sharedState?.started ?? Promise.resolve(),
    replaceSessionKeys(keys) {
      sharedState?.replaceKeys(keys)
      for (const feature of features) feature.replaceSessionKeys?.(keys)
      if (tokens.replaceKeys(keys)) reconnectPages()
    },
    reconnectPages,
    async close() {
      reconnectPages()
      clearInterval(expiry)
      await guestApi.close()
      genesys.close()
      for (const feature of features) feature.close?.()
      sharedState?.close()
    },
  }
}

/** The source of trusted attributes: the embedding application or a feature. Two sources could contradict each other. */
function trustedAttributesOf(options: GuestBffOptions, features: readonly OptionalFeature[]) {
  const sources = [options, ...features].flatMap(({ trustedAttributes }) => trustedAttributes ?? [])
  if (sources.length > 1)
    throw new ConfigError(['VISITOR_WEBHOOK_URL and trustedAttributes are both set: remove one'])
  return sources[0]
}

function noteUnexpectedError({ log, metrics }: Pick<ProcessParts, 'log' | 'metrics'>) {
  return (err: unknown, operation: string) => {
    metrics.unexpectedErrorThrown(operation)
    log.error({ err, operation }, "an unexpected error ended one guest's connection or stream")
  }
}

function connectSharedState(
  { session }: Config,
  redis: NonNullable<Config['redis']>,
  { log, metrics, now }: ProcessParts,
): SharedState {
  return createSharedState({
    ...redis,
    keys: session.keys,
    tokenMaxAgeMs: session.maxAgeMs,
    log,
    metrics,
    now,
  })
}

/** The operations for guests, and their dependencies. */
interface Guests {
  readonly services: Parameters<typeof addGuestRoutes>[1]['services']
  readonly sessions: GuestSessions
  readonly live: LiveEvents
  readonly tokens: SessionTokens
  readonly widgetConfig: ReadWidgetConfig
}

function createGuestServices(
  config: Config,
  parts: ProcessParts & {
    readonly guestApi: GuestApi
    readonly memory: SessionMemory
    readonly sharedState: SharedState | undefined
    readonly trustedAttributes: TrustedAttributes | undefined
    readonly features: readonly OptionalFeature[]
  },
): Guests {
  const { guestApi, memory, sharedState, trustedAttributes, features, now, monotonicNow } = parts
  const tokens = createSessionTokens({
    keys: config.session.keys,
    deploymentId: config.genesys.deploymentId,
    guestApi: guestApi.name,
    remembered: config.limits.openedTokens,
    now,
  })
  const policy = createAttributePolicy(config.attributes, trustedAttributes?.keys)
  const attributes = createGuestAttributes({ guestApi, policy, tokens, newest: memory.newestAttributes })
  const identify = createIdentity({
    verifyUserToken: config.userToken && createUserTokenVerifier(config.userToken, now),
    trusted: config.attributes.trusted,
    trustedAttributes,
    acceptVisitor: (visitor) => features.forEach((feature) => feature.acceptVisitor?.(visitor)),
    monotonicNow,
  })
  const registry = createSessionRegistry(
    (sid, generation) => live.endOlder(sid, generation),
    sharedState?.generations,
    memory.registry,
  )
  const lifetime = createSessionLifetime(config.session, now)
  const shared = { guestApi, tokens, attributes, registry, lifetime, now }
  const opening = createSessionOpening({
    ...shared,
    policy,
    identify,
    deploymentId: config.genesys.deploymentId,
    moreCapabilities: features.flatMap(({ capabilities }) => capabilities),
    requireChallenge: features.find(({ requireChallenge }) => requireChallenge)?.requireChallenge,
  })
  const sessions = createGuestSessions({ ...shared, opening })
  const messages = createGuestMessages({
    guestApi,
    attributes,
    renewIfDue: (claims) => sessions.renewIfDue(claims),
    onEnded: (sid) => registry.markEnded(sid),
    monotonicNow,
    sharedAttempts: sharedState?.attempts,
    attempts: memory.attempts,
  })
  const attachments = createGuestAttachments(guestApi, config.limits.attachmentBytes)
  const widgetConfig = createWidgetConfig({
    guestApi,
    attributes,
    prefill: config.attributes.prefill,
    organizationId: config.genesys.organizationId,
    environment: config.genesys.region,
  })
  const live = createLiveEvents({
    guestApi,
    subscribe: features.find(({ addEvents }) => addEvents)?.addEvents?.(guestApi),
    onEnded: (sid) => registry.markEnded(sid),
    onUnexpectedError: noteUnexpectedError(parts),
    now,
    monotonicNow,
  })
  const all = { sessions, messages, attributes, attachments }
  const services = config.redaction ? redactServices(all, config.redaction, { monotonicNow }) : all
  return { services, sessions, live, tokens, widgetConfig }
}

function createSiteRouter(
  config: Config,
  parts: ProcessParts &
    Guests & {
      readonly guestApi: GuestApi
      readonly middleware: SiteMiddleware
      readonly features: readonly OptionalFeature[]
      readonly streams: ReturnType<typeof createEventStreams>
    },
): Router {
  const { services, sessions, live, guestApi, streams, widgetConfig, metrics, state, monotonicNow } = parts
  const { gate, rate } = parts.middleware
  const bodies = limitBodies({
    max: config.limits.requestsArriving,
    maxPerAddress: config.limits.requestsArrivingPerAddress,
  })
  metrics.countBodies(() => bodies.open)
  const setSessionCookie = createSessionCookie(config.session)
  const session = createSessionGuard(sessions, config.session.cookie ? config.session.cookieName : undefined)
  const inFlightByGuest = limitOpen({ max: Infinity, maxPerKey: config.limits.requestsInFlightPerGuest })
  const guards = guestRouteGuards({
    gate,
    rate,
    session,
    bodies,
    inFlightByGuest,
    connections: limitConnections({
      connectionsLeft: guestApi.connectionsLeft,
      isConnected: (req) => (hasSession(req) ? guestApi.isConnected?.(guestOf(claimsOf(req))) : undefined),
    }),
    maxBodyBytes: config.limits.bodyBytes,
    beforeOpening: parts.features.flatMap(({ beforeOpening = [] }) => beforeOpening),
    afterSession: parts.features.flatMap(({ afterSession = [] }) => afterSession),
  })
  const newDeadline = () => monotonicNow() + config.upstreamTimeoutMs
  const router = Router()
  const first = parts.features.flatMap(({ beforeRoutes = [] }) => beforeRoutes)
  if (first.length > 0) router.use(first)
  addGuestRoutes(router, { services, guards, newDeadline, monotonicNow, setSessionCookie })
  addEventRoutes(router, {
    sessions,
    live,
    streams,
    isMemoryLow: createMemoryWatch({ limitBytes: config.limits.memoryBytes }),
    guards: guards.listener,
    acceptsStreams: () => !state.isClosed,
    setSessionCookie,
  })
  addDeploymentRoutes(router, {
    guestApi,
    widgetConfig,
    labels: config.labels,
    more: Object.assign(
      {},
      ...parts.features.map((feature) => feature.deployment),
    ) as Partial<DeploymentInfo>,
    guards,
    newDeadline,
  })
  for (const feature of parts.features) feature.addRoutes(router, { guards, services, newDeadline })
  return router
}
