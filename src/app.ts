import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import express, { type Express, type RequestHandler } from 'express'
import type { Store } from 'express-rate-limit'
import type { Config } from './config.ts'
import type { GuestApi } from './genesys/guest-api.ts'
import { createLoadShedding } from './load-shedding.ts'
import type { Log } from './log.ts'
import { metricsPage } from './management-app.ts'
import type { Metrics, MetricsPage } from './metrics.ts'
import { createOpenApiJson } from './openapi/openapi-json.ts'
import { problemHandler } from './problems/problem-handler.ts'
import { problemPages } from './problems/problem-pages.ts'
import type { ReadinessReport } from './readiness.ts'
import { requestLog } from './request-log.ts'
import { addDeploymentRoutes } from './routes/deployment.ts'
import { developerFileRoutes } from './routes/developer-files.ts'
import type { EventStreams } from './server/event-stream.ts'
import type { ShedLoad } from './server/http-server.ts'
import { createMemoryWatch } from './server/memory-watch.ts'
import { addEventRoutes } from './routes/events.ts'
import { addGuestRoutes, type GuestServices } from './routes/guest-routes.ts'
import { guestRouteGuards } from './middleware/guest-route-guards.ts'
import { createArrivalLimit } from './middleware/arrival-limit.ts'
import { createConnectionLimit } from './middleware/connection-limit.ts'
import { createProxyTrust } from './middleware/client-address.ts'
import type { LoadLimit } from './middleware/load-limit.ts'
import { createOriginGate, originNotAllowed, type OriginGate } from './middleware/origin-gate.ts'
import { createRateLimits, type RateLimits } from './middleware/rate-limits.ts'
import { requestId } from './middleware/request-id.ts'
import { securityHeaders } from './middleware/security-headers.ts'
import { claimsOf, createSessionGuard } from './middleware/session-guard.ts'
import { addHealthRoutes } from './routes/health.ts'
import { RequestError } from './middleware/request-error.ts'
import { createSessionCookie } from './middleware/session-cookie.ts'
import type { LiveEvents } from './sessions/live-events.ts'
import { guestOf } from './sessions/session-token.ts'
import type { ReadWidgetConfig } from './sessions/widget-config.ts'
import { VERSION } from './version.ts'

/** `dist` of this package, from `src` and from `dist`. Bundlers follow `new URL(…, import.meta.url)`, and not this. */
const BUILT_FOLDER = join(dirname(fileURLToPath(import.meta.url)), '../dist')

export interface AppParts {
  readonly config: Config
  readonly log: Log
  readonly metrics: Metrics
  /** Everything that is counted, where it may be shown. */
  readonly metricsPage: MetricsPage | undefined
  readonly report: () => Promise<ReadinessReport>
  readonly load: LoadLimit
  readonly noticeUntrustedProxy: RequestHandler | undefined
  /** Whether the service is a part of another application. */
  readonly isMounted: () => boolean
  readonly monotonicNow: () => number
  /** What guests of a site are served by; undefined for what serves no site. */
  readonly site: SiteParts | undefined
}

export interface SiteParts {
  readonly guestApi: GuestApi
  readonly services: GuestServices
  readonly live: LiveEvents
  readonly streams: EventStreams
  readonly widgetConfig: ReadWidgetConfig
  /** Where the operator traces. */
  readonly traceRequest: RequestHandler | undefined
  /** Where replicas count together. */
  readonly rateLimitStore: ((name: string) => Store) | undefined
  /** Whether pages with a live stream may come. */
  readonly acceptsStreams: () => boolean
  readonly monotonicNow: () => number
}

/** `/metrics` costs milliseconds, and here anybody may ask. */
const PUBLIC_METRICS_MAX_AGE_MS = 500
const PUBLIC_READINESS_MAX_AGE_MS = 1000

export interface App {
  readonly app: Express
  /** What `app` does first, for a server that can ask before it. */
  readonly shedLoad: ShedLoad
}

/** The order in which a request meets middleware and routes. */
export function createApp(parts: AppParts): App {
  const { config, log, metrics, load, site } = parts
  const gate = createOriginGate({
    allowedOrigins: config.allowedOrigins,
    allowNoOrigin: config.allowNoOrigin,
    credentials: config.session.cookie,
    explainRefusals: config.problemHints,
    onRefused: (origin) =>
      log.warn(
        { reason: origin, hint: 'Add it to ALLOWED_ORIGINS, or to a site of SITES_FILE, if it is yours.' },
        'an origin was refused',
      ),
  })
  const rate = createRateLimits(config.rate, site?.rateLimitStore)
  // HSTS binds a whole host, and in another application that is not ours.
  const isHttpsOnly = () => config.publicUrl.startsWith('https://') && !parts.isMounted()
  const { publicUrl, problemHints: hints } = config
  const shedLoad = createLoadShedding({ load, gate, log, metrics, publicUrl, hints })

  const app = createExpress(config)
  app.use((req, res, next) => shedLoad(req, res, next))
  if (parts.noticeUntrustedProxy) app.use(parts.noticeUntrustedProxy)
  app.use(
    requestId,
    requestLog({ log, metrics }),
    gate.cors,
    securityHeaders({ pictureOrigins: pictureOrigins(config), isHttpsOnly }),
  )
  // Without limits: an orchestrator may share its address with guests, and these answers cost no more than a refusal.
  addHealthRoutes(app, {
    guards: [gate.enforceOrigin],
    report: parts.report,
    tells: config.production ? 'status' : config.problemHints ? 'hints' : 'checks',
    maxAgeMs: config.production ? PUBLIC_READINESS_MAX_AGE_MS : 0,
    monotonicNow: parts.monotonicNow,
  })
  if (site?.traceRequest) app.use(site.traceRequest)
  // By address first: what one address sends too much of must not count for all.
  app.use(rate.perAddress, rate.overall, gate.enforceOrigin)
  if (site) addSiteRoutes(app, { config, metrics, load, gate, rate, site })
  else
    app.use(GUEST_PATHS, () => {
      throw originNotAllowed()
    })
  if (parts.metricsPage) app.get('/metrics', metricsPage(parts.metricsPage, PUBLIC_METRICS_MAX_AGE_MS))
  app.use('/docs/problems', problemPages())
  app.use(
    developerFileRoutes({
      builtFolder: BUILT_FOLDER,
      openApiJson: createOpenApiJson({ publicUrl: config.publicUrl, version: VERSION }),
      docs: config.docs,
      demo: config.demo,
    }),
  )

  app.use((_req, _res, next) => next(new RequestError('not_found', 'There is nothing at this path.')))
  app.use(problemHandler({ log, publicUrl, hints }))
  return { app, shedLoad }
}

/** An application with the settings that all of ours have: a request may pass from one to another. */
export function createExpress({ trustProxy }: Pick<Config, 'trustProxy'>): Express {
  const app = express()
  app.disable('x-powered-by')
  app.disable('etag')
  app.set('trust proxy', createProxyTrust(trustProxy))
  app.set('query parser', 'simple')
  return app
}

/** What only a site answers. */
const GUEST_PATHS = [
  '/guest-session',
  '/guest-attributes',
  '/messages',
  '/typing',
  '/events',
  '/attachments',
  '/sign-in',
  '/deployment',
  '/widget-config',
]

function addSiteRoutes(
  app: Express,
  options: {
    readonly config: Config
    readonly metrics: Metrics
    readonly load: LoadLimit
    readonly gate: OriginGate
    readonly rate: RateLimits
    readonly site: SiteParts
  },
): void {
  const { config, load, gate, rate } = options
  const { services, guestApi, live, streams, widgetConfig, acceptsStreams, monotonicNow } = options.site
  const { sessions } = services
  const { requestsArriving: max, requestsArrivingPerAddress: maxPerAddress } = config.limits
  const arrivals = createArrivalLimit({ max, maxPerAddress })
  options.metrics.countRequests({
    waiting: () => load.waiting,
    arriving: () => arrivals.arriving,
    inFlight: () => load.inFlight,
  })
  const setSessionCookie = createSessionCookie(config.session)
  const session = createSessionGuard(sessions, config.session.cookie ? config.session.cookieName : undefined)
  const guards = guestRouteGuards({
    gate,
    load,
    arrivals,
    rate,
    session,
    connections: createConnectionLimit({
      connectionsPerMinute: config.genesys.connectionsPerMinute,
      isConnected: (req) => guestApi.isConnected?.(guestOf(claimsOf(req))) ?? true,
    }),
    maxBodyBytes: config.limits.bodyBytes,
  })
  const newDeadline = () => monotonicNow() + config.upstreamTimeoutMs
  // Straight into the application's own router: each router within it costs every request of its routes.
  addGuestRoutes(app, { services, guards, newDeadline, monotonicNow, setSessionCookie })
  addEventRoutes(app, {
    sessions,
    live,
    streams,
    limits: config.limits,
    isMemoryLow: createMemoryWatch({ limitBytes: config.limits.memoryBytes }),
    guards: [session.required, rate.perGuest],
    acceptsStreams,
    setSessionCookie,
  })
  addDeploymentRoutes(app, { guestApi, widgetConfig, labels: config.labels, guards, newDeadline })
}

/** Genesys' files have addresses with TLS; a simulator's on this machine have not. */
function pictureOrigins({ genesys }: Config): string[] {
  const { apiUrl } = genesys.hosts
  return apiUrl.startsWith('http:') ? [new URL(apiUrl).origin] : []
}
