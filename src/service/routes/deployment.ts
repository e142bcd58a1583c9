import type { IRouter, Request, Response } from 'express'
import type { DeploymentInfo, DeploymentLabels, GuestApi } from '../genesys/guest-api.ts'
import type { ReadWidgetConfig } from '../sessions/widget-config.ts'
import { sendJson } from '../http-server/send-json.ts'
import type { GuestRouteGuards } from '../middleware/guest-route-guards.ts'
import { hasSession, claimsOf } from '../middleware/session-guard.ts'
import { methodNotAllowed } from '../middleware/method-not-allowed.ts'

/** What a page needs before it shows a chat, either its own or Genesys' widget. */
export function addDeploymentRoutes(
  router: IRouter,
  options: {
    readonly guestApi: GuestApi
    readonly widgetConfig: ReadWidgetConfig
    /** Labels by language, which override the deployment's. */
    readonly labels: Readonly<Record<string, DeploymentLabels>> | undefined
    /** What the site adds to the deployment. */
    readonly more: Partial<DeploymentInfo>
    readonly guards: GuestRouteGuards
    readonly newDeadline: () => number
  },
): void {
  const { guestApi, widgetConfig, labels, more, guards, newDeadline } = options
  router.get('/deployment', guards.page, async (_req: Request, res: Response) => {
    const deployment = withLabels(await guestApi.deployment(newDeadline()), labels)
    // JSON omits undefined values.
    sendJson(res, { ...deployment, ...more, organizationId: undefined })
  })
  router.all('/deployment', methodNotAllowed('GET'))

  router.get('/widget-config', guards.page, async (req: Request, res: Response) => {
    sendJson(res, await widgetConfig(hasSession(req) ? claimsOf(req) : undefined, newDeadline()))
  })
  router.all('/widget-config', methodNotAllowed('GET'))
}

/** The deployment with a site's own labels, each of which replaces one of the deployment's. */
function withLabels(
  deployment: DeploymentInfo,
  labels: Readonly<Record<string, DeploymentLabels>> | undefined,
): DeploymentInfo {
  if (labels === undefined) return deployment
  const merged = new Map(Object.entries(deployment.labels ?? {}))
  for (const [tag, own] of Object.entries(labels)) {
    const language = [...merged.keys()].find((each) => normal(each) === normal(tag)) ?? tag
    merged.set(language, { ...merged.get(language), ...own })
  }
  return { ...deployment, labels: Object.fromEntries(merged) }
}

/** `de-AT` and `de_at` are the same language. */
function normal(tag: string): string {
  return tag.toLowerCase().replaceAll('_', '-')
}
