import { createHmac } from 'node:crypto'
import { createAttemptSender, type Outcome } from './http-attempt.ts'
import { createUpstreamAgents } from './upstream-agents.ts'

export const MAX_WEBHOOK_RESPONSE_BYTES = 16_384

/** One attempt to send a request. */
export interface WebhookCall {
  /** The same for a repeated attempt, so that the receiver recognizes it. */
  readonly id: string
  readonly body: string
  readonly headers?: Readonly<Record<string, string>> | undefined
  readonly timeoutMs: number
}

export interface SignedWebhook {
  send(call: WebhookCall): Promise<Outcome>
  close(): void
}

/** POST requests to a site's backend, signed as in Standard Webhooks, with one signature for each secret. */
export function createSignedWebhook(options: {
  readonly url: string
  readonly secrets: readonly Uint8Array[]
  readonly maxSockets: number
  /** The media type of the response, if more than its status is read. */
  readonly accept?: string
  readonly now: () => number
}): SignedWebhook {
  const { url, secrets, maxSockets, accept, now } = options
  const agents = createUpstreamAgents({ maxSockets })
  const send = createAttemptSender(agents)
  return {
    send({ id, body, headers, timeoutMs }) {
      return send({
        method: 'POST',
        url,
        headers: {
          ...(accept !== undefined && { accept }),
          'accept-encoding': 'identity',
          'content-type': 'application/json',
          ...signedHeaders(secrets, { id, timeMs: now(), body }),
          ...headers,
        },
        body,
        timeoutMs,
        maxResponseBytes: MAX_WEBHOOK_RESPONSE_BYTES,
      })
    },
    close: () => agents.close(),
  }
}

/** https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md */
function signedHeaders(
  secrets: readonly Uint8Array[],
  { id, timeMs, body }: { readonly id: string; readonly timeMs: number; readonly body: string },
): Record<string, string> {
  const timestamp = String(Math.floor(timeMs / 1000))
  const signatures = secrets.map(
    (secret) => `v1,${createHmac('sha256', secret).update(`${id}.${timestamp}.${body}`).digest('base64')}`,
  )
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures.join(' ') }
}
