import type { RequestHandler } from 'express'
import { createApp, type App } from './app.ts'
import type { Config } from './config.ts'
import type { GuestApi } from './genesys/guest-api.ts'
import { createGenesysClient } from './genesys-client.ts'
import type { Log } from './log.ts'
import { createLoadLimit } from './middleware/load-limit.ts'
import type { Metrics, MetricsPage } from './metrics.ts'
import { createReadiness, type Readiness } from './readiness.ts'
import { createEventStreams, type StreamUpkeep } from './server/event-stream.ts'
import { reconnectSpreadMs } from './server/reconnect-spread.ts'
import { createAttributePolicy } from './sessions/attribute-policy.ts'
import { createGuestAttachments } from './sessions/guest-attachments.ts'
import { createGuestAttributes } from './sessions/guest-attributes.ts'
import { createGuestMessages } from './sessions/guest-messages.ts'
import { createGuestSessions } from './sessions/guest-sessions.ts'
import { createIdentity, type TrustedAttributes } from './sessions/identity.ts'
import { createLiveEvents } from './sessions/live-events.ts'
import { createSessionLifetime } from './sessions/session-lifetime.ts'
import { createSessionMemory, type SessionMemory } from './sessions/session-memory.ts'
import { createSessionOpening } from './sessions/session-opening.ts'
import { createSessionRegistry } from './sessions/session-registry.ts'
import { createSessionTokens } from './sessions/session-token.ts'
import { createUserTokenVerifier } from './sessions/user-token.ts'
import { createSharedState } from './shared-state/shared-state.ts'
import { createTracing } from './tracing/tracing.ts'
import { createWidgetConfig } from './sessions/widget-config.ts'

export interface GuestBffOptions {
  /** Who the visitor is, from the embedding application's own session or database. */
  readonly trustedAttributes?: TrustedAttributes
  /** Where log lines go. Default: standard output, from `config.logLevel` on. */
  readonly log?: Log
  /** A driver in place of the configured one. */
  readonly guestApi?: GuestApi
  /** Epoch ms, for what expires at a time of day. Default: `Date.now`. */
  readonly now?: () => number
  /** Epoch ms that never step back, for waits and deadlines. Default: `now` where that is given. */
  readonly monotonicNow?: () => number
}

/** What a process has once, however many sites it serves. */
export interface ProcessParts {
  readonly log: Log
  readonly metrics: Metrics
  readonly streamUpkeep: StreamUpkeep
  readonly noticeUntrustedProxy: RequestHandler | undefined
  /** Whether the service is a part of another application. */
  readonly isMounted: () => boolean
  readonly now: () => number
  readonly monotonicNow: () => number
}

/** All of one site: its app, and what is behind it. */
export interface SiteService extends App {
  readonly readiness: Readiness
  readonly memory: SessionMemory
  /** Resolves within a second, when what replicas share is there or is known not to be. */
  readonly started: Promise<void>
  /** Keys of session tokens from now on. Where one is gone, pages with a live stream prove their tokens anew. */
  replaceSessionKeys(keys: readonly Uint8Array[]): void
  /** Takes no more streams, and tells pages with one to come back after a moment. */
  drain(): void
  /** Ends streams and upstream connections. Guests' sessions live on at Genesys. */
  close(): Promise<void>
}

/** Pages come back spread over this time at least, so that the next replica isn't met by all at once. */
const MIN_RECONNECT_SPREAD_MS = 1000

const END_EXPIRED_STREAMS_EVERY_MS = 5000

/** Builds all of a site by hand, in reading order. It opens no port and reads no environment. */
export function createSiteService(
  config: Config,
  parts: ProcessParts & {
    /** Everything that is counted, where the site may tell it: not where there are others. */
    readonly metricsPage: MetricsPage | undefined
    /** What the same site has learnt in its former settings. */
    readonly memory?: SessionMemory | undefined
  },
  options: GuestBffOptions = {},
): SiteService {
  const { trustedAttributes } = options
  const { log, metrics, now, monotonicNow, memory = createSessionMemory() } = parts
  const onUnexpectedError = (err: unknown, operation: string) => {
    metrics.unexpectedErrorThrown(operation)
    log.error({ err, operation }, "an unexpected error ended one guest's connection or stream")
  }
  const tracing = createTracing()
  const sharedState =
    config.redis &&
    createSharedState({
      ...config.redis,
      keys: config.session.keys,
      tokenMaxAgeMs: config.session.maxAgeMs,
      log,
      metrics,
      now,
    })
  const genesys = createGenesysClient(config, {
    log,
    metrics,
    now,
    monotonicNow,
    tracing: tracing?.upstream,
    refusedCredentials: sharedState?.refusedCredentials,
    onUnexpectedError,
  })
  const guestApi = options.guestApi ?? genesys.guestApi

  const tokens = createSessionTokens({
    keys: config.session.keys,
    deploymentId: config.genesys.deploymentId,
    guestApi: guestApi.name,
    remembered: config.limits.openedTokens,
    now,
  })
  const policy = createAttributePolicy(config.attributes, trustedAttributes?.keys)
  const attributes = createGuestAttributes({
    guestApi,
    policy,
    tokens,
    newest: memory.newestAttributes,
  })
  const identify = createIdentity({
    verifyUserToken: config.userToken && createUserTokenVerifier(config.userToken, now),
    trusted: config.attributes.trusted,
    trustedAttributes,
    monotonicNow,
  })
  const registry = createSessionRegistry(
    (sid, generation) => live.endOlder(sid, generation),
    sharedState?.generations,
    memory.registry,
  )
  const lifetime = createSessionLifetime(config.session, now)
  const shared = { guestApi, tokens, attributes, registry, lifetime, now }
  const { deploymentId } = config.genesys
  const opening = createSessionOpening({ ...shared, policy, identify, deploymentId })
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
    onEnded: (sid) => registry.markEnded(sid),
    onUnexpectedError,
    now,
    monotonicNow,
  })
  const expiry = setInterval(() => live.endExpired(), END_EXPIRED_STREAMS_EVERY_MS).unref()
  const streams = createEventStreams(parts.streamUpkeep, () => metrics.streamOpened())
  const readiness = createReadiness({
    guestApi,
    accessToken: genesys.accessToken,
    allowedOrigins: config.allowedOrigins,
    sharedState,
    monotonicNow,
  })

  metrics.observeReadiness(() => readiness.report())
  metrics.setLimits({
    liveStreams: config.limits.eventStreams,
    connectionsPerMinute: config.genesys.connectionsPerMinute,
  })

  let acceptsStreams = true
  const load = createLoadLimit(config.limits.requestsInFlight)
  const services = { sessions, messages, attributes, attachments }
  const { app, shedLoad } = createApp({
    ...parts,
    config,
    report: () => readiness.report(),
    load,
    site: {
      guestApi,
      services,
      live,
      streams,
      widgetConfig,
      traceRequest: tracing?.traceRequest,
      rateLimitStore: sharedState?.rateLimitStore,
      acceptsStreams: () => acceptsStreams,
      monotonicNow,
    },
  })

  const sendPagesAway = () => live.drain(Math.max(MIN_RECONNECT_SPREAD_MS, reconnectSpreadMs(streams.count)))
  const drain = () => {
    acceptsStreams = false
    sendPagesAway()
  }
  return {
    app,
    shedLoad,
    readiness,
    memory,
    started: sharedState?.started ?? Promise.resolve(),
    replaceSessionKeys(keys) {
      sharedState?.replaceKeys(keys)
      if (tokens.replaceKeys(keys)) sendPagesAway()
    },
    drain,
    async close() {
      drain()
      clearInterval(expiry)
      load.close()
      await guestApi.close()
      genesys.close()
      sharedState?.close()
    },
  }
}
