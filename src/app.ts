import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import express, { type Express, type RequestHandler } from 'express'
import type { Store } from 'express-rate-limit'
import type { Config } from './config.ts'
import type { GuestApi } from './genesys/guest-api.ts'
import type { Log } from './log.ts'
import { metricsPage } from './management-app.ts'
import type { Metrics, MetricsPage } from './metrics.ts'
import { createOpenApiJson } from './openapi/openapi-json.ts'
import { preparedProblem } from './problems/prepared-problem.ts'
import { problemHandler } from './problems/problem-handler.ts'
import { problemPages } from './problems/problem-pages.ts'
import type { Readiness } from './readiness.ts'
import { requestLog } from './request-log.ts'
import { addDeploymentRoutes } from './routes/deployment.ts'
import { developerFileRoutes } from './routes/developer-files.ts'
import type { EventStreams } from './server/event-stream.ts'
import { createMemoryWatch } from './server/memory-watch.ts'
import { addEventRoutes } from './routes/events.ts'
import { addGuestRoutes, type GuestServices } from './routes/guest-routes.ts'
import { guestRouteGuards } from './middleware/guest-route-guards.ts'
import { createArrivalLimit } from './middleware/arrival-limit.ts'
import { createProxyTrust, noticeUntrustedProxy } from './middleware/client-address.ts'
import { overloaded, type LoadLimit } from './middleware/load-limit.ts'
import { createOriginGate } from './middleware/origin-gate.ts'
import { createRateLimits } from './middleware/rate-limits.ts'
import { requestId } from './middleware/request-id.ts'
import { securityHeaders } from './middleware/security-headers.ts'
import { createSessionGuard } from './middleware/session-guard.ts'
import { addHealthRoutes } from './routes/health.ts'
import { RequestError } from './middleware/request-error.ts'
import { createSessionCookie } from './middleware/session-cookie.ts'
import type { LiveEvents } from './sessions/live-events.ts'
import type { ReadWidgetConfig } from './sessions/widget-config.ts'
import { VERSION } from './version.ts'

/** `dist` of this package, from `src` and from `dist`. Bundlers follow `new URL(…, import.meta.url)`, and not this. */
const BUILT_FOLDER = join(dirname(fileURLToPath(import.meta.url)), '../dist')

export interface AppParts {
  readonly config: Config
  readonly log: Log
  readonly metrics: Metrics & MetricsPage
  readonly guestApi: GuestApi
  readonly services: GuestServices
  readonly live: LiveEvents
  readonly streams: EventStreams
  readonly widgetConfig: ReadWidgetConfig
  readonly readiness: Readiness
  readonly load: LoadLimit
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

/** The order in which a request meets middleware and routes. */
export function createApp(parts: AppParts): Express {
  const { config, log, metrics, guestApi, services, live, streams, widgetConfig, readiness, load } = parts
  const gate = createOriginGate({
    allowedOrigins: config.allowedOrigins,
    allowNoOrigin: config.allowNoOrigin,
    credentials: config.session.cookie,
    explainRefusals: config.problemHints,
    onRefused: (origin) =>
      log.warn(
        { reason: origin, hint: 'Add it to ALLOWED_ORIGINS if it is yours.' },
        'an origin was refused',
      ),
  })
  const rate = createRateLimits(config.rate, parts.rateLimitStore)
  const arrivals = createArrivalLimit({
    max: config.limits.requestsArriving,
    maxPerAddress: config.limits.requestsArrivingPerAddress,
  })
  const setSessionCookie = createSessionCookie(config.session)
  metrics.countRequests({ inFlight: () => load.inFlight, arriving: () => arrivals.arriving })
  const session = createSessionGuard(services.sessions, config.session.cookie)
  const guards = guestRouteGuards({
    gate,
    load,
    arrivals,
    rate,
    session,
    maxBodyBytes: config.limits.bodyBytes,
  })
  const newDeadline = () => parts.monotonicNow() + config.upstreamTimeoutMs

  const app = express()
  app.disable('x-powered-by')
  app.disable('etag')
  app.set('trust proxy', createProxyTrust(config.trustProxy))
  app.set('query parser', 'simple')

  // HSTS binds a whole host, and in another application that is not ours.
  let isHttpsOnly = config.publicUrl.startsWith('https://')
  app.once('mount', () => {
    isHttpsOnly = false
  })
  const refuseOverload = preparedProblem(overloaded('Run more replicas: the event loop is late.'), {
    publicUrl: config.publicUrl,
    hints: config.problemHints,
  })
  if (config.trustProxy === 0) {
    app.use(
      noticeUntrustedProxy((header) => {
        const hint = `Requests bring ${header}, and TRUST_PROXY trusts no proxy: all guests share its address.`
        log.warn({ hint }, 'a proxy is not trusted')
        readiness.addNotice({ name: 'trust-proxy', ok: false, hint })
      }),
    )
  }
  app.use(
    requestId,
    requestLog({ log, metrics }),
    gate.cors,
    load.admit(refuseOverload),
    securityHeaders({ pictureOrigins: pictureOrigins(config), isHttpsOnly: () => isHttpsOnly }),
  )
  // Without limits: an orchestrator may share its address with guests, and these answers cost no more than a refusal.
  addHealthRoutes(app, {
    guards: [gate.enforceOrigin],
    report: () => readiness.report(),
    hints: config.problemHints,
  })
  if (parts.traceRequest) app.use(parts.traceRequest)
  // By address first: what one address sends too much of must not count for all.
  app.use(rate.perAddress, rate.overall, gate.enforceOrigin)
  // Straight into the application's own router: each router within it costs every request of its routes.
  addGuestRoutes(app, {
    services,
    guards,
    newDeadline,
    monotonicNow: parts.monotonicNow,
    setSessionCookie,
  })
  addEventRoutes(app, {
    sessions: services.sessions,
    live,
    streams,
    limits: config.limits,
    isMemoryLow: createMemoryWatch({ limitBytes: config.limits.memoryBytes }),
    guards: [session.required, rate.perGuest],
    acceptsStreams: parts.acceptsStreams,
    setSessionCookie,
  })
  if (config.managementPort === undefined)
    app.get('/metrics', metricsPage(metrics, PUBLIC_METRICS_MAX_AGE_MS))
  addDeploymentRoutes(app, { guestApi, widgetConfig, guards, newDeadline })
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
  app.use(problemHandler({ log, publicUrl: config.publicUrl, hints: config.problemHints }))
  return app
}

/** Genesys' files have addresses with TLS; a simulator's on this machine have not. */
function pictureOrigins({ genesys }: Config): string[] {
  const { origin, protocol } = new URL(genesys.hosts.apiUrl)
  return protocol === 'http:' ? [origin] : []
}
