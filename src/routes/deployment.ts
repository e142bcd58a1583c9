import type { IRouter, Request, Response } from 'express'
import type { GuestApi } from '../genesys/guest-api.ts'
import type { ReadWidgetConfig } from '../sessions/widget-config.ts'
import { sendJson } from '../server/send-json.ts'
import type { GuestRouteGuards } from '../middleware/guest-route-guards.ts'
import { hasSession, claimsOf } from '../middleware/session-guard.ts'
import { methodNotAllowed } from '../middleware/method-not-allowed.ts'

/** What a page needs to know before it shows a chat, be it its own or Genesys' widget. */
export function addDeploymentRoutes(
  router: IRouter,
  options: {
    readonly guestApi: GuestApi
    readonly widgetConfig: ReadWidgetConfig
    readonly guards: GuestRouteGuards
    readonly newDeadline: () => number
  },
): void {
  const { guestApi, widgetConfig, guards, newDeadline } = options
  router.get('/deployment', guards.page, async (_req: Request, res: Response) => {
    // JSON leaves out what is undefined.
    sendJson(res, { ...(await guestApi.deployment(newDeadline())), organizationId: undefined })
  })
  router.all('/deployment', methodNotAllowed('GET'))

  router.get('/widget-config', guards.page, async (req: Request, res: Response) => {
    sendJson(res, await widgetConfig(hasSession(req) ? claimsOf(req) : undefined, newDeadline()))
  })
  router.all('/widget-config', methodNotAllowed('GET'))
}
