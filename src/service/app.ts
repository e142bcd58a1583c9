import express, { type Express, type Request, type RequestHandler, type Response } from 'express'
import type { Config } from './settings/config.ts'
import { metricsPage } from './management-app.ts'
import type { MetricsPage } from './observability/metrics.ts'
import { addressKey, createProxyTrust } from './middleware/client-address.ts'
import { originOf } from './middleware/origin-gate.ts'
import { RequestError } from './errors/request-error.ts'
import { createOpenApiJson } from './openapi/openapi-json.ts'
import { problemHandler } from './middleware/problem-handler.ts'
import { problemPages } from './routes/problem-pages.ts'
import { createLogSampler } from './observability/log-sampler.ts'
import type { Readiness } from './readiness.ts'
import { refuseOverload } from './middleware/refuse-overload.ts'
import { requestLog } from './middleware/request-log.ts'
import { developerFileRoutes } from './routes/developer-files.ts'
import { addHealthRoutes } from './routes/health.ts'
import { admitRequests } from './middleware/admission.ts'
import type { OpenLimit } from './http-server/open-limit.ts'
import type { ServiceState } from './service-state.ts'
import type { Site } from './site.ts'
import type { SiteMiddleware } from './site-middleware.ts'
import type { Sites } from './sites.ts'
import { BUILT_FOLDER } from '../built-folder.ts'
import { VERSION } from '../version.ts'

export interface AppParts {
  readonly config: Config
  readonly sites: Pick<Sites, 'choose'>
  readonly inFlight: OpenLimit
  readonly readiness: Readiness
  readonly state: ServiceState
  /** Undefined if metrics are served on the management port. */
  readonly metricsPage: MetricsPage | undefined
  readonly noticeUntrustedProxy: RequestHandler | undefined
  /** Undefined without tracing. */
  readonly traceRequest: RequestHandler | undefined
}

/** The response is reused for this long, because creating it takes milliseconds, and anyone can request it on this port. */
const PUBLIC_METRICS_MAX_AGE_MS = 500
const PUBLIC_READINESS_MAX_AGE_MS = 1000

/** Adds middleware and routes in the order in which they run. */
export function createApp(parts: AppParts): Express {
  const { config, sites, inFlight, state } = parts
  const { publicUrl } = config

  const app = express()
  app.disable('x-powered-by')
  app.disable('etag')
  app.set('trust proxy', createProxyTrust(config.trustProxy))
  app.set('query parser', 'simple')
  let isMounted = false
  app.once('mount', () => {
    isMounted = true
  })

  app.use(sites.choose)
  const sampleRefusals = createLogSampler()
  const refuse = refuseOverload(siteMiddlewareOf, sampleRefusals)
  app.use(admitRequests({ inFlight, addressOf: addressKey, refuse }))
  if (parts.noticeUntrustedProxy) app.use(parts.noticeUntrustedProxy)
  app.use(requestLog(siteMiddlewareOf, sampleRefusals))
  app.use((req, res, next) => {
    const { gate, headers } = siteMiddlewareOf(res)
    for (const [name, value] of isMounted ? headers.mounted : headers.ownHost) res.setHeader(name, value)
    if (state.isStopping) res.setHeader('Connection', 'close')
    gate.cors(req, res, next)
  })
  // Not rate-limited: an orchestrator may share its address with guests, and these responses cost no more than a refusal.
  addHealthRoutes(app, {
    guards: [enforceOrigin],
    report: parts.readiness.report,
    onlySite: oneOfSeveralSites,
    detail: config.production ? 'status' : config.problemHints ? 'hints' : 'checks',
    maxAgeMs: config.production ? PUBLIC_READINESS_MAX_AGE_MS : 0,
  })
  if (parts.traceRequest) app.use(parts.traceRequest)
  app.use((req, res, next) => siteMiddlewareOf(res).rate.perAddress(req, res, next), enforceOrigin)
  app.use((req, res, next) => {
    const site = siteOf(res)
    if (site) site.router(req, res, next)
    else next()
  })
  if (parts.metricsPage)
    app.get('/metrics', notForPagesOfSites, metricsPage(parts.metricsPage, PUBLIC_METRICS_MAX_AGE_MS))
  app.use('/docs/problems', problemPages())
  app.use(
    developerFileRoutes({
      builtFolder: BUILT_FOLDER,
      openApiJson: createOpenApiJson({ publicUrl, version: VERSION }),
      docs: config.docs,
      demo: config.demo,
    }),
  )
  app.use((_req, _res, next) => next(new RequestError('not_found', 'There is nothing at this path.')))
  app.use(problemHandler(siteMiddlewareOf, createLogSampler()))
  return app
}

/** The id of the site if a page sent the request and there are several sites: the page must not see the other sites. */
function oneOfSeveralSites(req: Request, res: Response): string | undefined {
  return originOf(req) === undefined ? undefined : siteOf(res)?.id
}

const notForPagesOfSites: RequestHandler = (req, res, next) =>
  next(oneOfSeveralSites(req, res) === undefined ? undefined : 'route')

/** The middleware that `sites.choose` set for the request. */
function siteMiddlewareOf(res: Response): SiteMiddleware {
  return res.locals.siteMiddleware as SiteMiddleware
}

function siteOf(res: Response): Site | undefined {
  return res.locals.site as Site | undefined
}

const enforceOrigin: RequestHandler = (req, res, next) =>
  siteMiddlewareOf(res).gate.enforceOrigin(req, res, next)
