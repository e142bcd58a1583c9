import type { IRouter, Request, Response } from 'express'
import type { GuestApi } from '../genesys/guest-api.ts'
import type { ReadWidgetConfig } from '../sessions/widget-config.ts'
import { answerJson } from '../server/send-json.ts'
import type { Deadline } from './deadline.ts'
import type { GuestRouteGuards } from '../middleware/guest-route-guards.ts'
import { hasSession, sessionOf } from '../middleware/session-guard.ts'
import { methodNotAllowed } from './method-not-allowed.ts'

/** What a page needs to know before it shows a chat, be it its own or Genesys' widget. */
export function addDeploymentRoutes(
  router: IRouter,
  options: {
    readonly guestApi: GuestApi
    readonly widgetConfig: ReadWidgetConfig
    readonly guards: GuestRouteGuards
    readonly deadline: Deadline
  },
): void {
  const { guestApi, widgetConfig, guards, deadline } = options
  router.get('/deployment', guards.page, async (_req: Request, res: Response) => {
    const { id, status, name, languages, defaultLanguage, features, styles } =
      await guestApi.deployment(deadline())
    answerJson(res, { id, status, name, languages, defaultLanguage, features, styles })
  })
  router.all('/deployment', methodNotAllowed('GET'))

  router.get('/widget-config', guards.page, async (req: Request, res: Response) => {
    answerJson(res, await widgetConfig(hasSession(req) ? sessionOf(req) : undefined, deadline()))
  })
  router.all('/widget-config', methodNotAllowed('GET'))
}
