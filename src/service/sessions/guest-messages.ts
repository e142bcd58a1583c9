import type * as contract from '../../contract/contract.ts'
import {
  PLATFORM_LIMITS,
  type GuestApi,
  type Message,
  type MessagePage,
  type OutgoingMessage,
} from '../genesys/guest-api.ts'
import { UpstreamError } from '../errors/upstream-error.ts'
import type { GuestAttributes } from './guest-attributes.ts'
import { createIdempotency, tracingIdFor, type Attempts, type SharedAttempts } from './idempotency.ts'
import { notSupported } from './not-supported.ts'
import { SessionError } from '../errors/session-error.ts'
import { guestOf, type SessionClaims } from './session-token.ts'

const { maxTextBytes } = PLATFORM_LIMITS

export type MessageBody = Pick<
  OutgoingMessage,
  'text' | 'attachmentIds' | 'quickReply' | 'button' | 'date' | 'list' | 'form'
>

export interface SendOptions {
  readonly deadlineAtMs: number
  /** Awaited before the message is sent; rejects if the request is refused. */
  readonly admit?: (() => Promise<void>) | undefined
  readonly idempotencyKey?: string | undefined
  /** The number of the retry (1, 2, …), whether or not this replica knows the key. */
  readonly retry?: number | undefined
  /** On a retry: the id of the last message that the page knew at the first attempt. */
  readonly idempotencyAfter?: string | undefined
}

/** A message as accepted, with a new session token if one is due. */
export type SentMessage = contract.SentMessage & { readonly session?: string }

export interface GuestMessages {
  /** @throws {SessionError} `text_too_long`, `idempotency_key_reused`, `request_in_progress` */
  send(claims: SessionClaims, body: MessageBody, options: SendOptions): Promise<SentMessage>
  /** One page of the conversation so far: newest page first, oldest message first within a page. */
  history(
    claims: SessionClaims,
    page: { readonly pageSize: number; readonly pageNumber: number },
    deadlineAtMs: number,
  ): Promise<MessagePage>
  /** Notifies the agent that the guest is typing. */
  typing(claims: SessionClaims, deadlineAtMs: number): Promise<void>
}

export function createGuestMessages(options: {
  readonly guestApi: GuestApi
  readonly attributes: GuestAttributes
  /** A new session token, if one is due. */
  readonly renewIfDue: (claims: SessionClaims) => Promise<string | undefined>
  /** Called when Genesys no longer knows a guest, so that resuming opens another session. */
  readonly onEnded: (sid: string) => void
  /** The idempotency keys that replicas share. */
  readonly sharedAttempts?: SharedAttempts | undefined
  /** Idempotency keys carried over from the previous instance. */
  readonly attempts?: Attempts<Message> | undefined
  readonly monotonicNow?: (() => number) | undefined
}): GuestMessages {
  const { guestApi, attributes, renewIfDue, onEnded, monotonicNow } = options
  const idempotency = createIdempotency<Message>({
    shared: options.sharedAttempts,
    attempts: options.attempts,
    outcomeUnknown: (error) => error instanceof UpstreamError && error.code === 'delivery_unknown',
    monotonicNow,
  })

  async function sendOnce(
    claims: SessionClaims,
    body: MessageBody,
    sending: Pick<OutgoingMessage, 'tracingId' | 'repeat'>,
    deadlineAtMs: number,
  ): Promise<Message> {
    if (guestApi.send === undefined) throw notSupported(guestApi, 'messages')
    const current = attributes.latest(claims)
    const pending = attributes.pending(current)
    // Field by field, because a spread copy is slow.
    const { text, attachmentIds, quickReply, button, date, list, form } = body
    const { tracingId, repeat } = sending
    const message: OutgoingMessage = {
      text,
      attachmentIds,
      quickReply,
      button,
      date,
      list,
      form,
      tracingId,
      repeat,
      attributes: pending,
    }
    try {
      const taken = await guestApi.send(guestOf(current), message, deadlineAtMs)
      if (pending === undefined) return taken
      const { attributesPending, ...sent } = taken
      if (attributesPending !== true) attributes.markDelivered(current)
      return sent
    } catch (error) {
      if (error instanceof UpstreamError && error.code === 'session_ended') onEnded(claims.sid)
      throw error
    }
  }

  async function sendByKey(claims: SessionClaims, body: MessageBody, options: SendOptions): Promise<Message> {
    const { deadlineAtMs, admit, idempotencyKey, idempotencyAfter, retry = 0 } = options
    const tracingId = tracingIdFor(claims.sid, idempotencyKey)
    if (idempotencyKey === undefined) {
      if (admit) await admit()
      return sendOnce(claims, body, { tracingId }, deadlineAtMs)
    }
    // An empty header means that the page did not know any message yet.
    const afterId = idempotencyAfter === '' ? undefined : idempotencyAfter
    const isRepeat = retry > 0 || idempotencyAfter !== undefined
    const request = { sid: claims.sid, key: idempotencyKey, body: JSON.stringify(body), isRepeat, retry }
    return idempotency.once(request, async (earlier) => {
      if (admit) await admit()
      const repeat = earlier && {
        afterId,
        firstTriedAtMs: earlier.atMs,
        onNotAccepted: earlier.markNotAccepted,
      }
      return sendOnce(claims, body, { tracingId, repeat }, deadlineAtMs)
    })
  }

  return {
    async send(claims, body, options) {
      // Checked before the key is looked up, because a message that can never be sent does not count
      // as an attempt.
      if (body.text !== undefined && Buffer.byteLength(body.text) > maxTextBytes) {
        throw new SessionError('text_too_long', `A text must be at most ${maxTextBytes} bytes of UTF-8.`)
      }
      const sent = await sendByKey(claims, body, options)
      // Not stored with the response: a retry must not return a token that has since been replaced.
      const session = await renewIfDue(claims)
      return session === undefined ? sent : { ...sent, session }
    },
    async history(claims, page, deadlineAtMs) {
      if (guestApi.history === undefined) throw notSupported(guestApi, 'history')
      return guestApi.history(guestOf(claims), page, deadlineAtMs)
    },
    async typing(claims, deadlineAtMs) {
      if (guestApi.typing === undefined) throw notSupported(guestApi, 'typing')
      await guestApi.typing(guestOf(claims), deadlineAtMs)
    },
  }
}
