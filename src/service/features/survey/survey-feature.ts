import { createHash } from 'node:crypto'
import type { IRouter, Request, RequestHandler, Response } from 'express'
import { methodNotAllowed } from '../../middleware/method-not-allowed.ts'
import { parseBody } from '../../middleware/request-body.ts'
import { overloaded, RequestError } from '../../errors/request-error.ts'
import { claimsOf } from '../../middleware/session-guard.ts'
import type { Log } from '../../observability/log.ts'
import { SurveyAnswer } from '../../routes/schemas.ts'
import type { GuestAttributes } from '../../sessions/guest-attributes.ts'
import type { GuestSessions } from '../../sessions/guest-sessions.ts'
import type { SurveySettings } from '../../settings/survey-settings.ts'
import { createScoreWebhook } from './score-webhook.ts'

interface Check {
  readonly name: 'survey'
  readonly ok: boolean
  readonly essential?: boolean
  readonly hint?: string
}

export interface SurveyFeature {
  readonly name: 'survey'
  readonly capabilities: readonly 'survey'[]
  addRoutes(
    router: IRouter,
    routes: {
      readonly guards: { readonly guestWithBody: readonly RequestHandler[] }
      readonly services: { readonly sessions: GuestSessions; readonly attributes: GuestAttributes }
      readonly newDeadline: () => number
    },
  ): void
  readinessChecks(): Promise<readonly Check[]>
  diagnose(): Promise<{ readonly found: string; readonly problems: readonly { hint: string }[] } | undefined>
  close(): void
}

/** The maximum number of scores that are being sent to the site's backend at the same time. */
const MAX_PENDING = 200

/** `POST /survey`: sends the guest's score to the site's backend. */
export function createSurveyFeature(
  settings: SurveySettings | undefined,
  { log, now }: { readonly log: Log; readonly now: () => number },
): SurveyFeature {
  const webhook = settings && createScoreWebhook(settings, now)
  let pending = 0
  let latestFailure: string | undefined

  async function deliver(data: object): Promise<void> {
    pending += 1
    latestFailure = await webhook?.send('survey.answered', data)
    pending -= 1
    if (latestFailure !== undefined) log.warn({ reason: latestFailure, hint: HINT }, 'a score was lost')
  }

  return {
    name: 'survey',
    capabilities: webhook ? ['survey'] : [],
    addRoutes(router, { guards, services, newDeadline }) {
      router.post('/survey', ...guards.guestWithBody, async (req: Request, res: Response) => {
        if (!webhook) throw notEnabled()
        const { score } = parseBody(SurveyAnswer, req)
        if (pending >= MAX_PENDING)
          throw overloaded('The backend at SURVEY_WEBHOOK_URL accepts scores too slowly.')
        const claims = claimsOf(req)
        const { sid, visitor, origin, deploymentId } = claims
        // Not awaited: the guest can do nothing about a failure.
        void deliver({ score, session: sha256(sid), visitor, origin, deploymentId })
        const { attribute } = settings
        if (attribute !== undefined && !services.sessions.isEnded(claims))
          await services.attributes
            .change(claims, { [attribute]: String(score) }, newDeadline())
            .catch(() => undefined)
        res.status(204).end()
      })
      router.all('/survey', methodNotAllowed('POST'))
    },
    readinessChecks() {
      if (!webhook) return Promise.resolve([])
      if (latestFailure === undefined) return Promise.resolve([{ name: 'survey', ok: true }])
      const hint = `The latest score was lost: ${latestFailure}. ${HINT}`
      return Promise.resolve([{ name: 'survey', ok: false, essential: false, hint }])
    },
    async diagnose() {
      if (!webhook) return undefined
      const failure = await webhook.send('survey.test', {})
      return {
        found: failure ?? 'your backend accepts scores',
        problems: failure === undefined ? [] : [{ hint: HINT }],
      }
    },
    close: () => webhook?.close(),
  }
}

const HINT =
  "Your backend must respond with 2xx within 3 s. Check SURVEY_WEBHOOK_URL. Compare SURVEY_WEBHOOK_SECRET with your backend's secret, and compare the clocks of both machines."

/** Distinguishes the scores from different sessions without giving access to a session. */
function sha256(sid: string): string {
  return createHash('sha256').update(sid).digest('hex').slice(0, 32)
}

function notEnabled(): RequestError {
  return new RequestError('not_enabled', 'This service was set up without a survey.', {
    hint: 'Set SURVEY_WEBHOOK_URL and SURVEY_WEBHOOK_SECRET.',
  })
}
