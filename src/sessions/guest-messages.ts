import {
  PLATFORM_LIMITS,
  type GuestApi,
  type Message,
  type MessagePage,
  type OutgoingMessage,
} from '../genesys/guest-api.ts'
import { UpstreamError } from '../upstream/upstream-error.ts'
import type { GuestAttributes } from './guest-attributes.ts'
import { createIdempotency, tracingIdFor } from './idempotency.ts'
import { notSupported } from './not-supported.ts'
import { SessionError } from './session-error.ts'
import { guestOf, type SessionClaims, type SessionTokens } from './session-token.ts'

const { maxTextBytes } = PLATFORM_LIMITS

export type MessageBody = Pick<
  OutgoingMessage,
  'text' | 'attachmentIds' | 'quickReply' | 'button' | 'date' | 'list' | 'form'
>

export interface SendOptions {
  readonly deadlineAtMs: number
  readonly idempotencyKey?: string | undefined
  /** True on a repeat, whether or not this replica knows the key. */
  readonly isRetry?: boolean | undefined
  /** Set on a repeat: the last message the page knew when it first tried. */
  readonly idempotencyAfter?: string | undefined
}

/** A message as accepted, with a new session token when attributes went along. */
export type SentMessage = Message & { readonly session?: string }

export interface GuestMessages {
  /** @throws {SessionError} `text_too_long`, `idempotency_key_reused`, `request_in_progress` */
  send(claims: SessionClaims, body: MessageBody, options: SendOptions): Promise<SentMessage>
  /** One page of the conversation so far: newest page first, oldest message first within a page. */
  history(
    claims: SessionClaims,
    page: { readonly pageSize: number; readonly pageNumber: number },
    deadlineAtMs: number,
  ): Promise<MessagePage>
  /** Tells the agent that the guest is typing. */
  typing(claims: SessionClaims, deadlineAtMs: number): Promise<void>
}

export function createGuestMessages(options: {
  readonly guestApi: GuestApi
  readonly tokens: SessionTokens
  readonly attributes: GuestAttributes
  /** Told when Genesys does not know a guest any more, so that resuming opens another session. */
  readonly onEnded: (sid: string) => void
  readonly now?: () => number
}): GuestMessages {
  const { guestApi, tokens, attributes, onEnded, now = Date.now } = options
  const idempotency = createIdempotency<SentMessage>({
    outcomeUnknown: (error) => error instanceof UpstreamError && error.code === 'delivery_unknown',
    now,
  })

  async function sendOnce(
    claims: SessionClaims,
    body: MessageBody,
    sending: Pick<OutgoingMessage, 'tracingId' | 'repeat'>,
    deadlineAtMs: number,
  ): Promise<SentMessage> {
    if (guestApi.send === undefined) throw notSupported(guestApi, 'messages')
    const current = attributes.latest(claims)
    const undelivered = attributes.undelivered(current)
    // Field by field: a copy of an object that somebody else has made is slow.
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
      attributes: undelivered,
    }
    try {
      const taken = await guestApi.send(guestOf(current), message, deadlineAtMs)
      if (undelivered === undefined) return taken
      const { attributesPending, ...sent } = taken
      if (attributesPending === true) return sent
      return { ...sent, session: await tokens.seal(attributes.delivered(current)) }
    } catch (error) {
      if (error instanceof UpstreamError && error.code === 'session_ended') onEnded(claims.sid)
      throw error
    }
  }

  return {
    send(claims, body, { deadlineAtMs, idempotencyKey, idempotencyAfter, isRetry = false }) {
      // Before its key is looked at: what can never be sent is no attempt.
      if (body.text !== undefined && Buffer.byteLength(body.text) > maxTextBytes) {
        const tooLong = `A text must be at most ${maxTextBytes} bytes of UTF-8.`
        return Promise.reject(new SessionError('text_too_long', tooLong))
      }
      const tracingId = tracingIdFor(claims.sid, idempotencyKey)
      // An empty header says that the page knew no message yet.
      const afterId = idempotencyAfter === '' ? undefined : idempotencyAfter
      if (idempotencyKey === undefined) return sendOnce(claims, body, { tracingId }, deadlineAtMs)
      return idempotency.once(claims.sid, idempotencyKey, JSON.stringify(body), (firstTriedAtMs) => {
        const isRepeat = isRetry || firstTriedAtMs !== undefined || idempotencyAfter !== undefined
        const repeat = isRepeat ? { afterId, firstTriedAtMs } : undefined
        return sendOnce(claims, body, { tracingId, repeat }, deadlineAtMs)
      })
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
