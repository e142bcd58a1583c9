import { extendZodWithOpenApi } from '@asteasolutions/zod-to-openapi'
import { z } from 'zod'
import { GUEST_API_NAMES } from '../genesys/guest-api.ts'

extendZodWithOpenApi(z)

/** The browser's contract: what a page sends and gets. The OpenAPI document is made from these. */

const line = (maxChars: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(maxChars)
    // eslint-disable-next-line no-control-regex -- control characters are what is refused
    .regex(/^[^\u0000-\u001f\u007f]*$/, 'has control characters')

const AttributeChanges = z
  .record(z.string().min(1).max(128), z.union([z.string().max(2048), z.number(), z.boolean(), z.null()]))
  .refine((changes) => Object.keys(changes).length <= 100, 'has more than 100 keys')
  .openapi('AttributeChanges', {
    description: 'Keys and values to write; null removes a key; numbers and booleans are written as strings.',
    example: { 'custom.cart': '3 items' },
  })

const Attributes = z.record(z.string(), z.string()).openapi('Attributes')

export const OpenGuestSession = z
  .strictObject({
    name: line(256).optional(),
    email: z.email().max(320).optional(),
    phone: z
      .string()
      .regex(/^\+?[0-9 ().-]{3,32}$/, 'is no phone number')
      .optional(),
    language: z
      .string()
      .regex(/^[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8}){0,3}$/, 'is no language tag such as en-us')
      .optional(),
    attributes: AttributeChanges.optional(),
    userId: line(256)
      .optional()
      .openapi({ description: 'Only for external-users: the subject of the user token.' }),
    userToken: z
      .string()
      .min(1)
      .max(8192)
      .nullable()
      .optional()
      .openapi({ description: "The website's own JWT for a signed-in visitor; null signs the visitor out." }),
    startNew: z.boolean().optional().openapi({
      description: 'With a session: leave its read-only conversation behind and begin a new one.',
    }),
  })
  .openapi('OpenGuestSession')

export const SignIn = z
  .strictObject({
    redirectUri: z.url().max(2048),
    code: z.string().min(1).max(4096).optional(),
    idToken: z.string().min(1).max(8192).optional(),
    nonce: z.string().min(1).max(512).optional(),
    codeVerifier: z.string().min(43).max(128).optional(),
  })
  .refine(
    ({ code, idToken }) => (code === undefined) !== (idToken === undefined),
    'needs either code or idToken',
  )
  .openapi('SignIn', { description: "What the page brought back from the deployment's OpenID provider." })

const Limits = z
  .object({
    maxTextBytes: z.number(),
    maxAttributeBytes: z.number(),
    messagesPerSecond: z.number(),
    attachments: z
      .object({
        maxFileSizeKB: z.number(),
        fileTypes: z.array(z.string()),
        blockedExtensions: z.array(z.string()),
      })
      .optional(),
  })
  .openapi('Limits')

export const GuestSessionDescription = z
  .object({
    expiresAt: z.iso.datetime(),
    guestApi: z.enum(GUEST_API_NAMES),
    state: z.enum(['new', 'resumed', 'read-only']),
    capabilities: z.array(
      z.enum(['messages', 'live-events', 'history', 'typing', 'attachments', 'attributes', 'end', 'sign-in']),
    ),
    limits: Limits,
  })
  .openapi('GuestSessionDescription')

export const GuestSession = GuestSessionDescription.extend({
  session: z
    .string()
    .openapi({ description: 'The session token. Replace yours whenever an answer brings a new one.' }),
  externalUserToken: z.string().optional(),
}).openapi('GuestSession')

export const ChangeGuestAttributes = z
  .strictObject({ attributes: AttributeChanges })
  .openapi('ChangeGuestAttributes')

export const ChangedGuestAttributes = z
  .object({
    attributes: Attributes,
    applied: z.enum(['now', 'with-next-message']),
    session: z.string(),
  })
  .openapi('ChangedGuestAttributes')

const Reply = z.strictObject({ text: z.string().min(1).max(1024), payload: z.string().min(1).max(2048) })
const text = z.string().refine((value) => value.trim() !== '', 'is empty')

export const SendMessage = z
  .union([
    z.strictObject({ text, attachmentIds: z.array(line(128)).max(10).optional() }),
    z.strictObject({ attachmentIds: z.array(line(128)).min(1).max(10) }),
    z.strictObject({ quickReply: Reply }),
    z.strictObject({ button: Reply }),
    z.strictObject({
      date: Reply.extend({ payload: z.iso.datetime({ offset: true }), inReplyTo: line(256) }),
    }),
    z.strictObject({
      list: z.strictObject({ items: z.array(Reply).min(1).max(100), inReplyTo: line(256) }),
    }),
  ])
  .openapi('SendMessage')

export const Message = z
  .object({
    id: z.string(),
    time: z.iso.datetime(),
    direction: z.enum(['inbound', 'outbound']),
    type: z.enum(['text', 'structured']),
    text: z.string().optional(),
    content: z
      .array(z.looseObject({ type: z.string() }))
      .optional()
      .openapi({
        description: 'Attachments, quick replies, cards and other structured parts, each with its type.',
      }),
    from: z.object({ name: z.string().optional(), image: z.string().optional() }).optional(),
    sender: z.enum(['guest', 'agent', 'bot']),
  })
  .openapi('Message')

export const SentMessage = Message.extend({
  session: z.string().optional().openapi({ description: 'A new session token, when attributes went along.' }),
}).openapi('SentMessage')

export const HistoryQuery = z.strictObject({
  pageSize: z.coerce.number().int().min(1).max(100).default(25),
  pageNumber: z.coerce.number().int().min(1).max(10_000).default(1),
})

export const MessagePage = z
  .object({
    messages: z.array(Message).openapi({ description: 'Oldest first.' }),
    pageNumber: z.number(),
    pageSize: z.number(),
    total: z.number(),
    pageCount: z.number(),
  })
  .openapi('MessagePage')

export const EventsQuery = z.strictObject({ lastEventId: z.string().max(2048).optional() })

export const UploadQuery = z.strictObject({ fileName: line(1023) })

export const UploadedFile = z
  .object({
    id: z.string(),
    fileName: z.string(),
    sizeBytes: z.number(),
    mimeType: z.string(),
    url: z.string().optional(),
  })
  .openapi('UploadedFile')

export const Deployment = z
  .object({
    id: z.string(),
    status: z.enum(['active', 'inactive']),
    name: z.string().optional(),
    languages: z.array(z.string()).optional(),
    defaultLanguage: z.string().optional(),
    features: z
      .object({
        agentTyping: z.boolean(),
        guestTyping: z.boolean(),
        end: z.boolean(),
        attachments: z.boolean(),
        autoStart: z.boolean(),
        markdown: z.boolean(),
        signIn: z.boolean(),
      })
      .optional(),
    styles: z.object({ primaryColor: z.string().optional() }).optional(),
  })
  .openapi('Deployment')

export const ReadinessReport = z
  .object({
    status: z.enum(['ready', 'not ready']),
    checks: z.array(
      z.object({
        name: z.string(),
        ok: z.boolean(),
        code: z.string().optional(),
        hint: z.string().optional(),
      }),
    ),
  })
  .openapi('ReadinessReport')

export const WidgetConfig = z
  .object({
    deploymentId: z.string(),
    organizationId: z.string().optional(),
    environment: z.string().optional().openapi({ example: 'eu-west-1' }),
    guestDetails: z.record(z.string(), z.string()),
    features: z.object({ login: z.literal(false) }),
    uiConfig: z.object({
      showLoginPrompt: z.literal(false),
      theme: z.object({ primaryColor: z.string() }).optional(),
    }),
  })
  .openapi('WidgetConfig')
