import { z } from 'zod'

/**
 * The frames of the guest socket that we read. Genesys adds fields, classes and content types at any
 * time: what we don't know is passed over, and what is optional may be missing or null.
 */

const maybe = <T extends z.ZodType>(schema: T) => schema.optional().catch(undefined)
const list = z.array(z.unknown()).optional().catch(undefined)

const Participant = z.object({
  nickname: maybe(z.string()),
  firstName: maybe(z.string()),
  lastName: maybe(z.string()),
  image: maybe(z.string()),
})

const EventEntry = z.object({
  eventType: maybe(z.string()),
  presence: maybe(z.object({ type: maybe(z.string()) })),
  typing: maybe(
    z.object({ type: maybe(z.string()), duration: maybe(z.number()), durationMs: maybe(z.number()) }),
  ),
})

/** A message or event, on the socket and in the history alike. */
export const StructuredMessage = z.object({
  id: maybe(z.string()),
  messageId: maybe(z.string()),
  type: maybe(z.string()),
  direction: maybe(z.string()),
  text: maybe(z.string()),
  channel: maybe(
    z.object({ time: maybe(z.string()), messageId: maybe(z.string()), from: maybe(Participant) }),
  ),
  content: list,
  events: maybe(z.array(EventEntry.catch({}))),
  metadata: maybe(z.record(z.string(), z.unknown())),
  originatingEntity: maybe(z.string()),
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

const NoBody = z.unknown().transform(() => ({}))

const BODIES = {
  SessionResponse,
  StructuredMessage,
  JwtResponse: z.object({ jwt: z.string().min(1), exp: z.number() }),
  PresignedUrlResponse: PresignedUrl,
  UploadSuccessEvent: z.object({ attachmentId: z.string(), downloadUrl: maybe(z.string()) }),
  UploadFailureEvent: AttachmentFailure,
  GenerateUrlError: AttachmentFailure,
  AttachmentDeletedResponse: z.object({ attachmentId: z.string() }),
  ConnectionClosedEvent: NoBody,
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

/** A refusal. `text` is Genesys' own wording: for telling cases apart, never for passing on. */
export interface ErrorFrame {
  readonly class: 'error'
  readonly tracingId: string | undefined
  readonly code: number
  readonly text: string
  readonly retryAfterSeconds: number | undefined
}

/** Of a class that we don't know, or not of the form that its class should have. */
export interface OddFrame {
  readonly class: 'odd'
  readonly tracingId: string | undefined
  /** What is odd about it, without any of its contents. */
  readonly what: string
}

export type Frame = KnownFrame | ErrorFrame | OddFrame

const Envelope = z.object({
  type: maybe(z.string()),
  class: z.string(),
  code: maybe(z.coerce.number().int()),
  tracingId: maybe(z.string()),
  body: z.unknown().optional(),
})

/** The text of a WebSocket message as a frame. Never throws, whatever the text. */
export function readFrame(text: string): Frame {
  const envelope = Envelope.safeParse(parseJson(text))
  if (!envelope.success) return { class: 'odd', tracingId: undefined, what: 'not a frame' }
  const { type, class: name, code = 200, tracingId, body } = envelope.data
  // The attachment classes tell of a refusal by their class, whatever code they carry.
  const isRefusal = code >= 300 && name !== 'GenerateUrlError' && name !== 'UploadFailureEvent'
  if (isRefusal) return { class: 'error', tracingId, code, ...readRefusal(body) }
  if (!Object.hasOwn(BODIES, name)) return { class: 'odd', tracingId, what: 'unknown class' }
  const parsed = BODIES[name as Class].safeParse(body ?? {})
  if (!parsed.success) return { class: 'odd', tracingId, what: `unreadable ${name}` }
  return { class: name, pushed: type !== 'response', tracingId, body: parsed.data } as KnownFrame
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
