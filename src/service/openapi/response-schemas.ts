import * as z from 'zod'
import { GUEST_API_NAMES } from '../genesys/guest-api.ts'

/** Schemas of responses. Only the OpenAPI document needs them, and they are loaded together with it. */

const Attributes = z.record(z.string(), z.string()).meta({ id: 'Attributes' })

const redacted = z
  .array(
    z.object({ kind: z.string(), field: z.string(), start: z.number(), end: z.number() }).meta({
      id: 'Redaction',
      description: 'A masked part of a field; `start` and `end` count UTF-16 code units.',
    }),
  )
  .optional()
  .meta({ description: 'What was masked before the message was sent to Genesys; absent if nothing was.' })

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
  .meta({ id: 'Limits' })

const RenewedToken = z.string().optional().meta({
  description:
    "A new session token. It is present in the second half of the current token's lifetime, and if the token's attributes are out of date, for example because a message has delivered them to Genesys.",
})

export const GuestSessionDescription = z
  .object({
    expiresAt: z.iso.datetime(),
    guestApi: z.enum(GUEST_API_NAMES),
    state: z.enum(['new', 'resumed', 'read-only']),
    capabilities: z.array(
      z.enum([
        'messages',
        'live-events',
        'history',
        'typing',
        'attachments',
        'attributes',
        'end',
        'sign-in',
        'availability',
        'callbacks',
        'transcript',
        'survey',
        'knowledge',
      ]),
    ),
    limits: Limits,
    session: RenewedToken,
  })
  .meta({ id: 'GuestSessionDescription' })

export const GuestSession = GuestSessionDescription.extend({
  session: z.string().meta({
    description: 'The session token. Whenever a response contains a new one, use it instead of the old one.',
  }),
  externalUserToken: z.string().optional(),
  clearedExistingSession: z.boolean().optional().meta({
    description: "True if a sign-in ended the person's session on other devices.",
  }),
  redacted,
}).meta({ id: 'GuestSession' })

export const ChangedGuestAttributes = z
  .object({
    attributes: Attributes,
    applied: z.enum(['now', 'with-next-message']),
    session: z.string(),
  })
  .meta({ id: 'ChangedGuestAttributes' })

export const Message = z
  .object({
    id: z.string(),
    time: z.iso.datetime(),
    direction: z.enum(['inbound', 'outbound']),
    type: z.enum(['text', 'structured']),
    text: z.string().optional(),
    format: z.enum(['markdown']).optional().meta({ description: 'Format of `text`; plain text if absent.' }),
    content: z
      .array(z.looseObject({ type: z.string() }))
      .optional()
      .meta({
        description: 'Attachments, quick replies, cards, pickers, forms and other parts, each with its type.',
      }),
    inReplyTo: z.string().optional().meta({
      description:
        'The picker or form that this message answers: its `replyTo` or, if that is absent, the `id` of the message that contains it.',
    }),
    from: z.object({ name: z.string().optional(), image: z.string().optional() }).optional(),
    sender: z.enum(['guest', 'agent', 'bot']),
  })
  .meta({ id: 'Message' })

export const SentMessage = Message.extend({
  session: RenewedToken,
  redacted,
}).meta({ id: 'SentMessage' })

export const MessagePage = z
  .object({
    messages: z.array(Message).meta({ description: 'Oldest first.' }),
    pageNumber: z.number(),
    pageSize: z.number(),
    total: z.number(),
    pageCount: z.number(),
  })
  .meta({ id: 'MessagePage' })

export const ConversationTranscript = z
  .object({
    createdAt: z.iso.datetime(),
    language: z.string(),
    timeZone: z.string(),
    complete: z.boolean().meta({ description: 'False if the conversation has earlier messages.' }),
    messages: z.array(Message).meta({ description: 'Oldest first; attachments have no address.' }),
  })
  .meta({ id: 'ConversationTranscript' })

export const UploadedFile = z
  .object({
    id: z.string(),
    fileName: z.string(),
    sizeBytes: z.number(),
    mimeType: z.string(),
    url: z.string().optional(),
    redacted,
  })
  .meta({ id: 'UploadedFile' })

const LocalizedText = z
  .union([z.string(), z.record(z.string(), z.string())])
  .meta({ id: 'LocalizedText', description: 'One text, or one for each language.' })

const PreChatForm = z
  .object({
    title: LocalizedText.optional(),
    subtitle: LocalizedText.optional(),
    fields: z.array(
      z.object({
        key: z.string(),
        label: LocalizedText,
        hint: LocalizedText.optional(),
        required: z.boolean().optional(),
        multiline: z.boolean().optional(),
        choices: z.array(z.object({ value: z.string(), label: LocalizedText })).optional(),
        askSignedIn: z.boolean().optional(),
      }),
    ),
  })
  .meta({ id: 'PreChatForm', description: 'What to ask the guest before the chat opens.' })

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
    sessionPersistence: z.enum(['across-subdomains', 'one-domain']).optional(),
    styles: z.object({ primaryColor: z.string().optional() }).optional(),
    launcher: z
      .object({
        visibility: z.enum(['on', 'off', 'on-demand']),
        display: z.enum(['icon', 'text', 'icon-and-text']),
        iconUrl: z.string().optional(),
      })
      .optional(),
    position: z
      .object({
        alignment: z.enum(['auto', 'left', 'right']),
        sideSpacePx: z.number().optional(),
        bottomSpacePx: z.number().optional(),
      })
      .optional(),
    homeScreen: z.object({ enabled: z.boolean(), logoUrl: z.string().optional() }).optional(),
    labels: z
      .record(
        z.string(),
        z.object({
          headerTitle: z.string().optional(),
          headerSubtitle: z.string().optional(),
          launcherText: z.string().optional(),
        }),
      )
      .optional()
      .meta({ description: "The deployment's labels, by language." }),
    bot: z.object({ name: z.string().optional(), imageUrl: z.string().optional() }).optional(),
    preChat: PreChatForm.optional(),
    callbacks: z.enum(['on', 'verified']).optional().meta({ description: 'Who can request a callback.' }),
    knowledge: z
      .boolean()
      .optional()
      .meta({ description: 'Whether articles can be searched, even without a session.' }),
    journey: z.boolean().optional().meta({ description: 'Whether the service accepts page views.' }),
  })
  .meta({ id: 'Deployment' })

export const ReadinessReport = z
  .object({
    status: z.enum(['ready', 'degraded', 'not ready']),
    checks: z
      .array(
        z.object({
          name: z.string(),
          site: z.string().optional().meta({ description: 'With several sites: the site that was checked.' }),
          ok: z.boolean(),
          essential: z.boolean().optional().meta({
            description: 'For a failed check: whether no guest can be served until the problem is fixed.',
          }),
          code: z.string().optional(),
          hint: z.string().optional(),
        }),
      )
      .optional()
      .meta({ description: 'In production, only on the management port.' }),
  })
  .meta({ id: 'ReadinessReport' })

export const Availability = z
  .object({
    state: z.enum(['open', 'closed', 'holiday', 'emergency', 'unstaffed', 'unknown']),
    until: z.iso.datetime().optional().meta({ description: 'When the state changes, if known.' }),
    opensAt: z.iso
      .datetime()
      .optional()
      .meta({ description: 'When the contact center opens next, if known.' }),
    timeZone: z.string().optional().meta({ example: 'Europe/Berlin' }),
    waitMinutes: z.object({ from: z.number(), to: z.number() }).optional(),
    asOf: z.iso.datetime(),
    stale: z
      .boolean()
      .meta({ description: 'Whether this is the last known state, because Genesys could not be reached.' }),
  })
  .meta({ id: 'Availability' })

export const Callback = z
  .object({
    id: z.string(),
    phone: z.string().meta({ example: '+4930901820' }),
    at: z.iso
      .datetime()
      .optional()
      .meta({ description: 'If absent, the guest is called back as soon as an agent is free.' }),
  })
  .meta({ id: 'Callback' })

export const KnowledgeSearch = z
  .object({
    searchId: z.string().optional(),
    results: z.array(
      z.object({
        id: z.string(),
        title: z.string(),
        excerpt: z.string().optional().meta({ description: 'The beginning of the article, as plain text.' }),
      }),
    ),
  })
  .meta({ id: 'KnowledgeSearch' })

export const KnowledgeSuggestions = z
  .object({ phrases: z.array(z.string()) })
  .meta({ id: 'KnowledgeSuggestions' })

export const KnowledgeArticle = z
  .object({
    id: z.string(),
    title: z.string(),
    html: z.string().meta({
      description: 'Contains only a few kinds of elements, and no scripts, styles, classes or ids.',
      example: '<p>A parcel takes <strong>two days</strong>.</p>',
    }),
  })
  .meta({ id: 'KnowledgeArticle' })

export const WidgetConfig = z
  .object({
    deploymentId: z.string(),
    organizationId: z.string().optional(),
    environment: z.string().optional().meta({ example: 'eu-west-1' }),
    guestDetails: z.record(z.string(), z.string()),
    features: z.object({ login: z.literal(false) }),
    uiConfig: z.object({
      showLoginPrompt: z.literal(false),
      theme: z.object({ primaryColor: z.string() }).optional(),
    }),
  })
  .meta({ id: 'WidgetConfig' })

export const AltchaChallenge = z
  .object({
    kind: z.literal('altcha'),
    algorithm: z.literal('SHA-256'),
    challenge: z.string(),
    salt: z.string(),
    signature: z.string(),
    maxnumber: z.number(),
  })
  .meta({
    id: 'AltchaChallenge',
    description:
      'Find the number from 0 to `maxnumber` for which the hexadecimal SHA-256 hash of `salt` followed by the number is `challenge`. ' +
      'The solution is a JSON object in base64, with `algorithm`, `challenge`, `salt`, `signature` and `number`.',
  })

export const VendorChallenge = z
  .object({
    kind: z.enum(['turnstile', 'hcaptcha', 'recaptcha', 'friendly-captcha']),
    siteKey: z.string().optional(),
  })
  .meta({ id: 'VendorChallenge', description: "The solution is the token from the vendor's widget." })
