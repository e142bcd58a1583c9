import * as z from 'zod'
import { listOf, maybe } from './json-schemas.ts'
import { PromptSchema } from './pickers.ts'

/**
 * The frames of the guest socket that the service reads. Genesys may add fields, classes and content types at any
 * time: unknown ones are ignored, and an optional field that is null or of the wrong type counts as missing.
 */

const Text = maybe(z.string())
const Count = maybe(z.number())
/** Ids become part of URLs and event ids, where lone surrogates are invalid. */
const Id = z.string().transform((id) => id.replace(/\p{Surrogate}/gu, '\ufffd'))

/** Limits the time that a frame of the maximum size takes; a message usually has one event. */
const MAX_EVENTS = 100

const MessageEvent = z.object({
  eventType: Text,
  presence: maybe(z.object({ type: Text, receivedMessage: PromptSchema, replyMessage: PromptSchema })),
  typing: maybe(z.object({ type: Text, duration: Count, durationMs: Count })),
  coBrowse: maybe(z.object({ type: Text, sessionId: Text, sessionJoinToken: Text })),
  video: maybe(z.object({ type: Text, offeringId: Text, jwt: Text })),
})
/** Greater than any time in seconds, less than any time in milliseconds. */
const LATEST_IN_SECONDS = 1e11
/**
 * Seconds since the epoch, as in logs; the documentation of Genesys' Messenger states milliseconds. A larger number,
 * such as nanoseconds, is unreadable: `Date` cannot represent all of them.
 */
const EpochSeconds = z.coerce
  .number()
  .positive()
  .max(LATEST_IN_SECONDS * 1000)
  .transform((time) => (time > LATEST_IN_SECONDS ? time / 1000 : time))
const Participant = z.object({ nickname: Text, firstName: Text, lastName: Text, image: Text })

/** A message or event, both on the socket and in the history. */
export const StructuredMessage = z.object({
  id: maybe(Id),
  messageId: maybe(Id),
  type: Text,
  direction: Text,
  text: Text,
  channel: maybe(z.object({ time: Text, messageId: maybe(Id), from: maybe(Participant) })),
  content: maybe(z.array(z.unknown())),
  /** Further events are ignored. */
  events: maybe(
    z
      .array(z.unknown())
      .transform((events) => events.slice(0, MAX_EVENTS))
      .pipe(z.array(MessageEvent.catch({}))),
  ),
  metadata: maybe(
    z.object({
      readOnly: Text,
      parentMessageId: maybe(Id),
      durationSeconds: maybe(z.coerce.number().positive()),
      expirationDate: maybe(EpochSeconds),
      /** The id that this service gave to a message that it sent. */
      tracingId: Text,
    }),
  ),
  originatingEntity: Text,
})
export type StructuredMessage = z.infer<typeof StructuredMessage>

const SessionResponse = z.object({
  connected: z.boolean(),
  newSession: maybe(z.boolean()),
  readOnly: maybe(z.boolean()),
  maxCustomDataBytes: maybe(z.number().positive()),
  allowedMedia: maybe(
    z.object({
      inbound: maybe(
        z.object({
          fileTypes: maybe(listOf(z.object({ type: z.string() }))),
          maxFileSizeKB: maybe(z.number().positive()),
        }),
      ),
    }),
  ),
  blockedExtensions: maybe(listOf(z.string())),
  clearedExistingSession: maybe(z.boolean()),
  /** The session's lifetime after each message. */
  durationSeconds: maybe(z.number().positive()),
  expirationDate: maybe(EpochSeconds),
})
export type SessionResponse = z.infer<typeof SessionResponse>

const PresignedUrl = z.object({
  attachmentId: Id,
  url: z.string(),
  headers: z.record(z.string(), z.string()).catch({}),
  fileName: maybe(z.string()),
  fileSize: maybe(z.number()),
  fileType: maybe(z.string()),
})
export type PresignedUrl = z.infer<typeof PresignedUrl>

const AttachmentFailure = z.object({
  attachmentId: maybe(Id),
  errorCode: maybe(z.number()),
  errorMessage: maybe(z.string()),
})

const JwtResponse = z.object({ jwt: z.string().min(1), exp: z.number() })
const UploadSuccess = z.object({ attachmentId: Id, downloadUrl: maybe(z.string()) })
const AttachmentDeleted = z.object({ attachmentId: Id })

/** The mobile SDK reads `reason`; the Java SDK's schema has `reasonCode`. */
const ConnectionClosed = z
  .object({ reason: Text, reasonCode: Text })
  .catch({ reason: undefined, reasonCode: undefined })
  .transform(({ reason, reasonCode }) => ({ reason: reason ?? reasonCode }))

const NoBody = z.unknown().transform(() => ({}))

const BODIES = {
  SessionResponse,
  StructuredMessage,
  JwtResponse,
  PresignedUrlResponse: PresignedUrl,
  UploadSuccessEvent: UploadSuccess,
  UploadFailureEvent: AttachmentFailure,
  GenerateUrlError: AttachmentFailure,
  AttachmentDeletedResponse: AttachmentDeleted,
  ConnectionClosedEvent: ConnectionClosed,
  LogoutEvent: NoBody,
  SessionClearedEvent: NoBody,
  SessionExpiredEvent: NoBody,
} as const

type Class = keyof typeof BODIES
type KnownFrame = {
  [C in Class]: {
    readonly class: C
    readonly pushed: boolean
    readonly tracingId: string | undefined
    readonly body: z.infer<(typeof BODIES)[C]>
  }
}[Class]

/** `text` is Genesys' own wording: use it to distinguish cases, never pass it on. */
export interface ErrorFrame {
  readonly class: 'error'
  readonly tracingId: string | undefined
  readonly code: number
  readonly text: string
  readonly retryAfterSeconds: number | undefined
}

/** A frame of an unknown class, or without the fields that its class requires. */
export interface UnrecognizedFrame {
  readonly class: 'unrecognized'
  readonly tracingId: string | undefined
  /** Why the frame was not recognized, without its contents. */
  readonly reason: string
}

export type Frame = KnownFrame | ErrorFrame | UnrecognizedFrame

const Envelope = z.object({
  type: z.unknown().optional(),
  class: z.string(),
  /** A number, or a number as text; other values do not make the frame a refusal. */
  code: z.coerce.number().int().catch(200),
  tracingId: Text,
  body: z.unknown().optional(),
})

const Body = z.object({ tracingId: Text })
/** The classes that are refusals, whatever code they have. */
const ERRORS: ReadonlySet<string> = new Set(['Error', 'ErrorMessage', 'TooManyRequestsErrorMessage'])

/** Parses the text of a WebSocket message. Never throws. */
export function readFrame(text: string): Frame {
  const envelope = Envelope.safeParse(parseJson(text))
  if (!envelope.success) return { class: 'unrecognized', tracingId: undefined, reason: 'not a frame' }
  const { type, class: name, code, body } = envelope.data
  // Genesys' schema allows the tracing id in either place.
  const tracingId = envelope.data.tracingId ?? Body.safeParse(body).data?.tracingId
  // The two attachment failures are read as their own classes, whatever code they have.
  const isRefused = code >= 300 && name !== 'GenerateUrlError' && name !== 'UploadFailureEvent'
  if (isRefused || ERRORS.has(name)) return { class: 'error', tracingId, ...readErrorBody(body, code) }
  if (!Object.hasOwn(BODIES, name)) return { class: 'unrecognized', tracingId, reason: 'unknown class' }
  const { data } = BODIES[name as Class].safeParse(body ?? {})
  if (!data) return { class: 'unrecognized', tracingId, reason: `unreadable ${name}` }
  return { class: name, pushed: type !== 'response', tracingId, body: data } as KnownFrame
}

/** The code that is assumed for a refusal without any code. */
const UNEXPECTED_ERROR = 5000

const ErrorBody = z.object({
  retryAfter: maybe(z.coerce.number().nonnegative()),
  errorMessage: Text,
  message: Text,
  errorCode: maybe(z.coerce.number().int().min(300)),
})

/**
 * Genesys: the body's `errorCode` takes precedence over the envelope's `code`, except for 429: in logs,
 * a 429 comes with various values of `errorCode`.
 */
function readErrorBody(body: unknown, code: number): Pick<ErrorFrame, 'code' | 'text' | 'retryAfterSeconds'> {
  if (typeof body === 'string') return { code, text: body, retryAfterSeconds: undefined }
  const { retryAfter, errorMessage, message, errorCode } = ErrorBody.safeParse(body).data ?? {}
  return {
    code: code === 429 ? code : (errorCode ?? (code >= 300 ? code : UNEXPECTED_ERROR)),
    text: errorMessage ?? message ?? '',
    retryAfterSeconds: retryAfter,
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
