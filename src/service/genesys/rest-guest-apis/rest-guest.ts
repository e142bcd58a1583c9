import * as z from 'zod'
import { pathSegment } from '../../urls/path-segment.ts'
import type { UpstreamClient } from '../../upstream/upstream-client.ts'
import { UpstreamError } from '../../upstream/upstream-error.ts'
import type { AccessToken } from '../oauth/access-token.ts'
import { selectedReplies, textsOf } from '../selected-replies.ts'
import {
  PLATFORM_LIMITS,
  type Guest,
  type GuestRef,
  type Message,
  type OpenedGuest,
  type OutgoingMessage,
} from '../guest-api.ts'

/** What the drivers of REST operations share: options, ids and tokens, and the result of a sent message. */

export interface RestGuestOptions {
  /** For example `https://api.mypurecloud.ie`, without a trailing slash. */
  readonly apiUrl: string
  readonly deploymentId: string
  readonly organizationId?: string | undefined
  /** For the API host; the driver does not close it. */
  readonly client: UpstreamClient
  readonly accessToken: AccessToken
  /** The time of day. */
  readonly now?: (() => number) | undefined
  /** For waits and deadlines: monotonic. */
  readonly monotonicNow?: (() => number) | undefined
  /**
   * Called when attributes that were to be written before a message were refused. The message is sent anyway:
   * a guest who is routed badly is better off than one whose message is not sent.
   */
  readonly onAttributesRefused?: ((error: UpstreamError) => void) | undefined
}

/** An id that is safe in a path. */
export const PathId = z.string().refine((id) => pathSegment(id) !== undefined)
/** A token that is safe in a header. */
export const HeaderToken = z.string().regex(/^[\x21-\x7e]{1,8192}$/)

/** A new guest. Its token has one of several names, because descriptions of the operation differ. */
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

/** An id as a path segment. It was validated on receipt; here it is encoded and validated again. */
export function segment(id: string): string {
  const encoded = pathSegment(id)
  if (encoded !== undefined) return encoded
  throw new UpstreamError('upstream_bad_response', 'The id that Genesys sent cannot be part of an address.')
}

/**
 * What an error means for a call that uses a guest's own token: a token that Genesys refuses stays unusable,
 * so the guest needs a new session.
 */
export function withGuestToken(error: unknown): unknown {
  if (!(error instanceof UpstreamError) || error.facts.status !== 401) return error
  return new UpstreamError('session_ended', 'Genesys no longer accepts the token of this guest.', error.facts)
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

/** The guest's message as plain text. A choice has its own text. */
export function textOf(message: OutgoingMessage): string {
  if ((message.attachmentIds ?? []).length > 0) {
    throw new UpstreamError('attachment_refused', 'This guest API does not accept files.')
  }
  return message.text ?? textsOf(selectedReplies(message))
}

/**
 * The response to a message is not documented: it is an object, from which valid fields are used, or empty.
 * Anything else, such as a gateway's page, is not a response of the operation.
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

/** The message as accepted: with the id and time from the response or, without them, with the known ones. */
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
