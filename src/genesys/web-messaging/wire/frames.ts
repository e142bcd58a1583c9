import * as z from 'zod'
import { fieldsOf, textOf } from './json-values.ts'
import { readStructuredMessage } from './structured-message.ts'

/**
 * The frames of the guest socket that we read. Genesys adds fields, classes and content types at any
 * time: what we don't know is passed over, and what is optional may be missing or null.
 */

const maybe = <T extends z.ZodType>(schema: T) => schema.optional().catch(undefined)

const SessionResponse = z.object({
  connected: z.boolean(),
  newSession: maybe(z.boolean()),
  readOnly: maybe(z.boolean()),
  maxCustomDataBytes: maybe(z.number().positive()),
  allowedMedia: maybe(
    z.object({
      inbound: maybe(
        z.object({
          fileTypes: maybe(z.array(z.object({ type: z.string() }))),
          maxFileSizeKB: maybe(z.number().positive()),
        }),
      ),
    }),
  ),
  blockedExtensions: maybe(z.array(z.string())),
  /** Seconds since the epoch. */
  expirationDate: maybe(z.number().positive()),
})
export type SessionResponse = z.infer<typeof SessionResponse>

const PresignedUrl = z.object({
  attachmentId: z.string(),
  url: z.string(),
  headers: z.record(z.string(), z.string()).catch({}),
  fileName: maybe(z.string()),
  fileSize: maybe(z.number()),
  fileType: maybe(z.string()),
})
export type PresignedUrl = z.infer<typeof PresignedUrl>

const AttachmentFailure = z.object({
  attachmentId: maybe(z.string()),
  errorCode: maybe(z.number()),
  errorMessage: maybe(z.string()),
})

const JwtResponse = z.object({ jwt: z.string().min(1), exp: z.number() })
const UploadSuccess = z.object({ attachmentId: z.string(), downloadUrl: maybe(z.string()) })
const AttachmentDeleted = z.object({ attachmentId: z.string() })

const readBy =
  <T extends z.ZodType>(schema: T) =>
  (body: unknown): z.infer<T> | undefined =>
    schema.safeParse(body).data
const readNothing = () => ({})

/** By class, how to read the body; undefined for one that can not be read. */
const BODIES = {
  SessionResponse: readBy(SessionResponse),
  StructuredMessage: readStructuredMessage,
  JwtResponse: readBy(JwtResponse),
  PresignedUrlResponse: readBy(PresignedUrl),
  UploadSuccessEvent: readBy(UploadSuccess),
  UploadFailureEvent: readBy(AttachmentFailure),
  GenerateUrlError: readBy(AttachmentFailure),
  AttachmentDeletedResponse: readBy(AttachmentDeleted),
  ConnectionClosedEvent: readNothing,
  LogoutEvent: readNothing,
  SessionClearedEvent: readNothing,
  SessionExpiredEvent: readNothing,
} as const

type Class = keyof typeof BODIES
type KnownFrame = {
  [C in Class]: {
    readonly class: C
    readonly pushed: boolean
    readonly tracingId: string | undefined
    readonly body: NonNullable<ReturnType<(typeof BODIES)[C]>>
  }
}[Class]

/** A refusal. `text` is Genesys' own wording: for telling cases apart, never for passing on. */
export interface ErrorFrame {
  readonly class: 'error'
  readonly tracingId: string | undefined
  readonly code: number
  readonly text: string
  readonly retryAfterSeconds: number | undefined
}

/** Of a class that we don't know, or not of the form that its class should have. */
export interface UnrecognizedFrame {
  readonly class: 'unrecognized'
  readonly tracingId: string | undefined
  /** What is odd about it, without any of its contents. */
  readonly what: string
}

export type Frame = KnownFrame | ErrorFrame | UnrecognizedFrame

/** The text of a WebSocket message as a frame. Never throws, whatever the text. */
export function readFrame(text: string): Frame {
  const envelope = fieldsOf(parseJson(text))
  const name = textOf(envelope?.class)
  if (!envelope || name === undefined)
    return { class: 'unrecognized', tracingId: undefined, what: 'not a frame' }
  const code = codeOf(envelope.code)
  const tracingId = textOf(envelope.tracingId)
  // The attachment classes tell of a refusal by their class, whatever code they carry.
  const isRefusal = code >= 300 && name !== 'GenerateUrlError' && name !== 'UploadFailureEvent'
  if (isRefusal) return { class: 'error', tracingId, code, ...readRefusal(envelope.body) }
  if (!Object.hasOwn(BODIES, name)) return { class: 'unrecognized', tracingId, what: 'unknown class' }
  const body = BODIES[name as Class](envelope.body ?? {})
  if (!body) return { class: 'unrecognized', tracingId, what: `unreadable ${name}` }
  return { class: name, pushed: envelope.type !== 'response', tracingId, body } as KnownFrame
}

/** Genesys writes it as a number; as text it means the same. What is neither refuses nothing. */
function codeOf(code: unknown): number {
  const number = typeof code === 'string' ? Number(code) : code
  return Number.isSafeInteger(number) ? (number as number) : 200
}

const Refusal = z.object({
  retryAfter: maybe(z.coerce.number().nonnegative()),
  errorMessage: maybe(z.string()),
  message: maybe(z.string()),
})

function readRefusal(body: unknown): Pick<ErrorFrame, 'text' | 'retryAfterSeconds'> {
  if (typeof body === 'string') return { text: body, retryAfterSeconds: undefined }
  const refusal = Refusal.safeParse(body)
  if (!refusal.success) return { text: '', retryAfterSeconds: undefined }
  const { retryAfter, errorMessage, message } = refusal.data
  return { text: errorMessage ?? message ?? '', retryAfterSeconds: retryAfter }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
