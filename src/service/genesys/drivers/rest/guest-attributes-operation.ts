import * as z from 'zod'
import { monotonicNow as processMonotonicNow } from '../../../time/monotonic-now.ts'
import { UpstreamError } from '../../../errors/upstream-error.ts'
import type { Attributes, DeadlineAtMs } from '../../guest-api.ts'
import { explainWith, WRITE_GUEST_ATTRIBUTES } from './refusal-hints.ts'
import type { RestGuestOptions } from './rest-driver-parts.ts'
import { idSegment } from '../../../outgoing-http/id-segment.ts'

const explain = explainWith(WRITE_GUEST_ATTRIBUTES)

/**
 * `PUT /api/v2/webmessaging/guests/{guestId}/attributes` with the service's OAuth token; values are strings.
 */
export async function writeGuestAttributes(
  { apiUrl, client, accessToken }: RestGuestOptions,
  guestId: string,
  attributes: Attributes,
  deadlineAtMs: DeadlineAtMs,
): Promise<void> {
  const url = `${apiUrl}/api/v2/webmessaging/guests/${idSegment(guestId)}/attributes`
  const write = (authorization: string): Promise<unknown> =>
    client.request({
      operation: 'write_attributes',
      method: 'PUT',
      url,
      headers: { authorization },
      body: { attributes },
      schema: z.unknown(),
      allowNonJson: true,
      deadlineAtMs,
      retry: 'idempotent',
      explain,
    })
  await accessToken.authorize(write, deadlineAtMs)
}

/**
 * Before a message is sent, writes the attributes that routing needs. The write takes at most half of the
 * remaining time, and the message is sent even if the write fails.
 * @returns true if the write failed, so the attributes are still pending
 */
export async function writeBeforeMessage(
  options: RestGuestOptions,
  guestId: string,
  attributes: Attributes | undefined,
  deadlineAtMs: DeadlineAtMs,
): Promise<boolean> {
  if (attributes === undefined || Object.keys(attributes).length === 0) return false
  const nowMs = (options.monotonicNow ?? processMonotonicNow)()
  try {
    await writeGuestAttributes(options, guestId, attributes, nowMs + (deadlineAtMs - nowMs) / 2)
    return false
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error
    options.onAttributesRefused?.(error)
    return true
  }
}
