import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { SurveySettings } from '../settings/survey-settings.ts'
import { createAttemptSender, type Outcome } from '../upstream/http-attempt.ts'
import { signedHeaders } from '../upstream/signed-headers.ts'
import { createUpstreamAgents } from '../upstream/upstream-agents.ts'

/** Sends to the site's backend, signed as in Standard Webhooks. */
export interface ScoreWebhook {
  /** Resolves to what went wrong, in our own words; undefined when the backend has it. Never rejects. */
  send(type: 'survey.answered' | 'survey.test', data: object): Promise<string | undefined>
  close(): void
}

const TIMEOUT_MS = 3000
const RETRY_DELAY_MS = 500
const MAX_SOCKETS = 16
/** Nothing of the response is read but its status. */
const MAX_RESPONSE_BYTES = 16_384

export function createScoreWebhook(
  { url, secrets }: Pick<SurveySettings, 'url' | 'secrets'>,
  now: () => number,
): ScoreWebhook {
  const agents = createUpstreamAgents({ maxSockets: MAX_SOCKETS })
  const send = createAttemptSender(agents)

  async function attempt(id: string, body: string): Promise<string | undefined> {
    const headers = {
      'accept-encoding': 'identity',
      'content-type': 'application/json',
      ...signedHeaders(secrets, { id, timeMs: now(), body }),
    }
    const request = { method: 'POST', url, headers, body, timeoutMs: TIMEOUT_MS }
    return failureOf(await send({ ...request, maxResponseBytes: MAX_RESPONSE_BYTES }))
  }

  return {
    async send(type, data) {
      const body = JSON.stringify({ type, timestamp: new Date(now()).toISOString(), data })
      // The same for both attempts, so that the receiver recognizes the second one.
      const id = `msg_${randomUUID()}`
      if ((await attempt(id, body)) === undefined) return undefined
      await delay(RETRY_DELAY_MS)
      return attempt(id, body)
    },
    close: () => agents.close(),
  }
}

function failureOf(outcome: Outcome): string | undefined {
  if (outcome.kind === 'response')
    return outcome.status >= 200 && outcome.status < 300
      ? undefined
      : `the response has the status ${outcome.status}`
  if (outcome.kind === 'timeout') return 'there was no response in time'
  return `there is no connection${outcome.systemCode ? ` (${outcome.systemCode})` : ''}`
}
