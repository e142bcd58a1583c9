import type { IRouter, Request, RequestHandler, Response } from 'express'
import { methodNotAllowed } from '../middleware/method-not-allowed.ts'
import type { ReadinessReport } from '../observability/readiness-report.ts'

/** Options for the endpoints that orchestrators call. */
export interface HealthOptions {
  /** @param onlySite the site to report on; undefined for all sites */
  readonly report: (onlySite: string | undefined) => Promise<ReadinessReport>
  /** The only site that the response to a request may describe; undefined, which is the default, for all sites. */
  readonly onlySite?: (req: Request, res: Response) => string | undefined
  /** How much a response contains: `checks` name sites and settings, and `hints` say which setting to fix. */
  readonly detail: 'status' | 'checks' | 'hints'
  /** How long a report is reused; needed on a port on which anyone may request reports. Default: 0. */
  readonly maxAgeMs?: number
  readonly monotonicNow?: () => number
  readonly guards?: RequestHandler[]
}

export function addHealthRoutes(router: IRouter, options: HealthOptions): void {
  const { onlySite = () => undefined, guards = [] } = options
  const readiness = createReadinessText(options)
  router.get('/healthz', guards, (_req: Request, res: Response) => {
    res.setHeader('Cache-Control', 'no-store')
    res.json({ status: 'ok' })
  })
  router.get('/readyz', guards, async (req: Request, res: Response) => {
    const { isReady, text } = await readiness(onlySite(req, res))
    res.setHeader('Cache-Control', 'no-store')
    res.setHeader('Content-Type', 'application/json; charset=utf-8')
    res.status(isReady ? 200 : 503).end(text)
  })
  router.all(['/healthz', '/readyz'], guards, methodNotAllowed('GET'))
}

/** With many sites the report is long, and creating it costs more than the rest of the request. */
function createReadinessText({
  report,
  detail,
  maxAgeMs = 0,
  monotonicNow = () => performance.now(),
}: HealthOptions) {
  const make = async (onlySite: string | undefined) => {
    const { status, checks } = await report(onlySite)
    const shown = detail === 'hints' ? checks : checks.map((check) => ({ ...check, hint: undefined }))
    const text = JSON.stringify(detail === 'status' ? { status } : { status, checks: shown })
    return { isReady: status !== 'not ready', text }
  }
  const made = new Map<
    string | undefined,
    { readonly atMs: number; readonly text: ReturnType<typeof make> }
  >()
  return (onlySite: string | undefined) => {
    const nowMs = monotonicNow()
    const latest = made.get(onlySite)
    if (latest && nowMs - latest.atMs < maxAgeMs) return latest.text
    const text = make(onlySite)
    made.set(onlySite, { atMs: nowMs, text })
    return text
  }
}
