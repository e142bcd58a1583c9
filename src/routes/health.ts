import type { IRouter, Request, RequestHandler, Response } from 'express'
import { methodNotAllowed } from '../middleware/method-not-allowed.ts'

interface Report {
  readonly status: 'ready' | 'degraded' | 'not ready'
  readonly checks: readonly { readonly name: string; readonly ok: boolean; readonly hint?: string }[]
}

/** What an orchestrator asks. */
export interface HealthOptions {
  readonly report: () => Promise<Report>
  /** How much is told: checks name sites and settings, and hints say which setting to fix. */
  readonly tells: 'status' | 'checks' | 'hints'
  /** For how long a report is given again, where anybody may ask for it. Default: not at all. */
  readonly maxAgeMs?: number
  readonly monotonicNow?: () => number
  readonly guards?: RequestHandler[]
}

export function addHealthRoutes(router: IRouter, options: HealthOptions): void {
  const { guards = [] } = options
  const readiness = readinessText(options)
  router.get('/healthz', guards, (_req: Request, res: Response) => {
    res.setHeader('Cache-Control', 'no-store')
    res.json({ status: 'ok' })
  })
  router.get('/readyz', guards, async (_req: Request, res: Response) => {
    const { isReady, text } = await readiness()
    res.setHeader('Cache-Control', 'no-store')
    res.setHeader('Content-Type', 'application/json; charset=utf-8')
    res.status(isReady ? 200 : 503).end(text)
  })
  router.all(['/healthz', '/readyz'], guards, methodNotAllowed('GET'))
}

/** With many sites the report is long, and making it costs more than the rest of the request. */
function readinessText({
  report,
  tells,
  maxAgeMs = 0,
  monotonicNow = () => performance.now(),
}: HealthOptions) {
  const make = async () => {
    const { status, checks } = await report()
    const shown = tells === 'hints' ? checks : checks.map((check) => ({ ...check, hint: undefined }))
    const text = JSON.stringify({ status, ...(tells !== 'status' && { checks: shown }) })
    return { isReady: status !== 'not ready', text }
  }
  let made: { readonly atMs: number; readonly readiness: ReturnType<typeof make> } | undefined
  return () => {
    const nowMs = monotonicNow()
    if (made === undefined || nowMs - made.atMs >= maxAgeMs) made = { atMs: nowMs, readiness: make() }
    return made.readiness
  }
}
