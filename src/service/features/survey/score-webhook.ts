import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { SurveySettings } from '../../settings/survey-settings.ts'
import type { Outcome } from '../../outgoing-http/http-attempt.ts'
import { createSignedWebhook } from '../../outgoing-http/signed-webhook.ts'

/** Sends scores to the site's backend, signed as in Standard Webhooks. */
export interface ScoreWebhook {
  /** Resolves to a description of the failure, or to undefined if the backend has accepted the data. Never rejects. */
  send(type: 'survey.answered' | 'survey.test', data: object): Promise<string | undefined>
  close(): void
}

const TIMEOUT_MS = 3000
const RETRY_DELAY_MS = 500
const MAX_SOCKETS = 16

export function createScoreWebhook(
  { url, secrets }: Pick<SurveySettings, 'url' | 'secrets'>,
  now: () => number,
): ScoreWebhook {
  const webhook = createSignedWebhook({ url, secrets, maxSockets: MAX_SOCKETS, now })
  const attempt = async (id: string, body: string) =>
    failureOf(await webhook.send({ id, body, timeoutMs: TIMEOUT_MS }))

  return {
    async send(type, data) {
      const body = JSON.stringify({ type, timestamp: new Date(now()).toISOString(), data })
      // Both attempts have the same id, so that the receiver recognizes the second one.
      const id = `msg_${randomUUID()}`
      if ((await attempt(id, body)) === undefined) return undefined
      await delay(RETRY_DELAY_MS)
      return attempt(id, body)
    },
    close: () => webhook.close(),
  }
}

/** Only the status of the response is read. */
function failureOf(outcome: Outcome): string | undefined {
  if (outcome.kind === 'response')
    return outcome.status >= 200 && outcome.status < 300
      ? undefined
      : `the response has the status ${outcome.status}`
  if (outcome.kind === 'timeout') return 'there was no response in time'
  return `there is no connection${outcome.systemCode ? ` (${outcome.systemCode})` : ''}`
}
