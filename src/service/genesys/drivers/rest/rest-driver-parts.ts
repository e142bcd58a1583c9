import * as z from 'zod'
import { pathSegment } from '../../../urls/path-segment.ts'
import type { UpstreamClient } from '../../../outgoing-http/upstream-client.ts'
import { UpstreamError } from '../../../errors/upstream-error.ts'
import type { AccessToken } from '../../oauth/access-token.ts'
import { selectedReplies, textsOf } from '../../replies-of-message.ts'
import {
  PLATFORM_LIMITS,
  type Guest,
  type GuestRef,
  type Message,
  type OpenedGuest,
  type OutgoingMessage,
} from '../../guest-api.ts'

/** What the REST drivers share: options, ids and tokens, and the result of a sent message. */

export interface RestGuestOptions {
  /** For example `https://api.mypurecloud.ie`, without a trailing slash. */
  readonly apiUrl: string
  readonly deploymentId: string
  readonly organizationId?: string | undefined
  /** For the API host; the driver does not close it. */
  readonly client: UpstreamClient
  readonly accessToken: AccessToken
  /** The time of day, as epoch ms. */
  readonly now?: (() => number) | undefined
  /** The monotonic time, for waits and deadlines. */
  readonly monotonicNow?: (() => number) | undefined
  /**
   * Called when attributes could not be written before a message. The message is sent anyway: poor routing is
   * better than no message.
   */
  readonly onAttributesRefused?: ((error: UpstreamError) => void) | undefined
}

/** An id that is safe in a path. */
export const PathId = z.string().refine((id) => pathSegment(id) !== undefined)
/** A token that is safe in a header. */
export const HeaderToken = z.string().regex(/^[\x21-\x7e]{1,8192}$/)

/** The response that contains a new guest. Descriptions of the operation disagree about the name of the token's field. */
export function createdGuest(...tokenNames: string[]) {
  return z.looseObject({ guestId: PathId }).transform((answer, context) => {
    const token = tokenNames.map((name) => answer[name]).find((value) => value !== undefined)
    const read = HeaderToken.safeParse(token)
    if (read.success) return { ...answer, token: read.data }
    context.addIssue({ code: 'custom', path: [tokenNames.join(' or ')], message: 'is not a token' })
    return z.NEVER
  })
}

/** The limits are those of web messaging: Genesys documents no others for the REST operations. */
export function opened(ref: GuestRef, state: 'new' | 'resumed', attributesDelivered: boolean): OpenedGuest {
  return { ref, state, limits: PLATFORM_LIMITS, attributesDelivered }
}

/**
 * One field of the guest's reference.
 * @throws {UpstreamError} `session_ended` if an older version or another driver created the reference.
 */
export function fieldOf({ ref }: Guest, name: string): string {
  const value = ref[name]
  if (value !== undefined) return value
  throw new UpstreamError(
    'session_ended',
    'This guest session was opened with another guest API and cannot continue.',
  )
}

/**
 * Converts the error from a call that was made with a guest's own token. A token that Genesys has refused stays
 * unusable, so the guest needs a new session.
 */
export function withGuestToken(error: unknown): unknown {
  if (!(error instanceof UpstreamError) || error.facts.status !== 401) return error
  return new UpstreamError('session_ended', "Genesys no longer accepts this guest's token.", error.facts)
}

/**
 * A message that may have been accepted is never sent twice, and these operations cannot find out whether it
 * was accepted.
 */
export function refuseRepeat({ repeat }: OutgoingMessage): void {
  if (repeat === undefined) return
  throw new UpstreamError(
    'delivery_unknown',
    'It is unknown whether the first attempt to send this message succeeded.',
  )
}

/** The guest's message as plain text. For a choice, it is the text of the choice. */
export function textOf(message: OutgoingMessage): string {
  if ((message.attachmentIds ?? []).length > 0) {
    throw new UpstreamError('attachment_refused', 'This guest API does not accept files.')
  }
  return message.text ?? textsOf(selectedReplies(message))
}

/**
 * The response to a message is not documented. An empty response is accepted, and so is an object, whose valid
 * fields are used. Anything else, such as an HTML page from a gateway, does not come from the operation.
 */
export const SentMessage = z
  .object({
    id: z
      .string()
      .regex(/^[\x21-\x7e]{1,200}$/)
      .optional()
      .catch(undefined),
    time: z.iso.datetime({ offset: true }).optional().catch(undefined),
  })
  .default({})

/** Whether a valid time has the form `2026-11-21T08:00:00.000Z`. */
function isInOurForm(time: string): boolean {
  return time.length === 24 && time.endsWith('Z')
}

/**
 * The accepted message, with the id and time from the response or, if they are missing, the tracing id and the
 * current time.
 */
export function acceptedMessage(
  { id, time }: z.infer<typeof SentMessage>,
  { tracingId }: OutgoingMessage,
  text: string,
  nowMs: number,
): Message {
  return {
    id: id ?? tracingId,
    time: time !== undefined && isInOurForm(time) ? time : new Date(time ?? nowMs).toISOString(),
    direction: 'inbound',
    type: 'text',
    text,
    sender: 'guest',
  }
}
