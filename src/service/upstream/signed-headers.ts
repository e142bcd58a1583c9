import { createHmac } from 'node:crypto'

/**
 * The headers of Standard Webhooks, one signature for each secret:
 * https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
export function signedHeaders(
  secrets: readonly Uint8Array[],
  { id, timeMs, body }: { readonly id: string; readonly timeMs: number; readonly body: string },
): Record<string, string> {
  const timestamp = String(Math.floor(timeMs / 1000))
  const signatures = secrets.map(
    (secret) => `v1,${createHmac('sha256', secret).update(`${id}.${timestamp}.${body}`).digest('base64')}`,
  )
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures.join(' ') }
}
