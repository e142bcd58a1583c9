import type { IRouter, Request, RequestHandler, Response } from 'express'
import { methodNotAllowed } from '../middleware/method-not-allowed.ts'

/** What an orchestrator asks. */
export interface HealthOptions {
  readonly report: (
    req: Request,
    res: Response,
  ) => Promise<{
    readonly status: 'ready' | 'degraded' | 'not ready'
    readonly checks: readonly { readonly name: string; readonly ok: boolean; readonly hint?: string }[]
  }>
  /** Whether checks may say which setting to fix. */
  readonly hints: boolean
  readonly guards?: RequestHandler[]
}

export function addHealthRoutes(router: IRouter, { report, hints, guards = [] }: HealthOptions): void {
  router.get('/healthz', guards, (_req: Request, res: Response) => {
    res.setHeader('Cache-Control', 'no-store')
    res.json({ status: 'ok' })
  })
  router.get('/readyz', guards, async (req: Request, res: Response) => {
    const { status, checks } = await report(req, res)
    const shown = hints ? checks : checks.map((check) => ({ ...check, hint: undefined }))
    res.setHeader('Cache-Control', 'no-store')
    res.status(status === 'not ready' ? 503 : 200).json({ status, checks: shown })
  })
  router.all(['/healthz', '/readyz'], guards, methodNotAllowed('GET'))
}
