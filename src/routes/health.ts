import type { IRouter, Request, RequestHandler, Response } from 'express'
import { methodNotAllowed } from '../middleware/method-not-allowed.ts'

/** What an orchestrator asks. */
export interface HealthOptions {
  readonly checks: () => Promise<
    readonly { readonly name: string; readonly ok: boolean; readonly hint?: string }[]
  >
  /** Whether checks may say which setting to fix. */
  readonly hints: boolean
  readonly guards?: RequestHandler[]
}

export function addHealthRoutes(router: IRouter, { checks, hints, guards = [] }: HealthOptions): void {
  router.get('/healthz', guards, (_req: Request, res: Response) => {
    res.setHeader('Cache-Control', 'no-store')
    res.json({ status: 'ok' })
  })
  router.get('/readyz', guards, async (_req: Request, res: Response) => {
    const found = await checks()
    const ready = found.every((check) => check.ok)
    const shown = hints ? found : found.map((check) => ({ ...check, hint: undefined }))
    res.setHeader('Cache-Control', 'no-store')
    res.status(ready ? 200 : 503).json({ status: ready ? 'ready' : 'not ready', checks: shown })
  })
  router.all(['/healthz', '/readyz'], guards, methodNotAllowed('GET'))
}
