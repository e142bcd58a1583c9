import * as z from 'zod'

/** The schemas that validate requests. The OpenAPI document is generated from them. */

export const line = (maxChars: number, string = z.string().trim()) =>
  string
    .min(1)
    .max(maxChars)
    // eslint-disable-next-line no-control-regex -- it refuses control characters
    .regex(/^[^\u0000-\u001f\u007f]*$/, 'must not contain control characters')

/** z.record would drop this key silently, but a page should get an error. */
export function refuseProto(changes: unknown, context: z.RefinementCtx): unknown {
  if (typeof changes === 'object' && changes !== null && Object.hasOwn(changes, '__proto__')) {
    context.addIssue({ code: 'custom', path: ['__proto__'], message: 'is not a key that a page can set' })
  }
  return changes
}

const AttributeChanges = z
  .preprocess(
    refuseProto,
    z
      .record(z.string().min(1).max(128), z.union([z.string().max(2048), z.number(), z.boolean(), z.null()]))
      .refine((changes) => Object.keys(changes).length <= 100, 'must have at most 100 keys'),
  )
  .meta({
    id: 'AttributeChanges',
    description:
      'Keys and values to write. `null` removes a key. Numbers and booleans are written as strings.',
    example: { 'custom.cart': '3 items' },
  })

const JourneyContext = z
  .strictObject({
    customer: z.strictObject({ id: line(256), idType: line(64) }),
    customerSession: z.strictObject({ id: z.string().max(256), type: line(64) }).optional(),
    triggeringAction: z
      .strictObject({
        id: line(256),
        actionMap: z.strictObject({ id: line(256), version: z.number() }),
      })
      .optional(),
  })
  .meta({
    id: 'JourneyContext',
    description: "The visitor's ids in the Genesys journey, from the page's journey SDK.",
    example: { customer: { id: '6b1c…', idType: 'cookie' }, customerSession: { id: 'f2d0…', type: 'web' } },
  })

export const languageTag = z
  .string()
  .regex(/^[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8}){0,3}$/, 'must be a language tag such as en-us')

export const OpenGuestSession = z
  .strictObject({
    name: line(256).optional(),
    email: z.email().max(320).optional(),
    phone: z
      .string()
      .regex(/^\+?[0-9 ().-]{3,32}$/, 'must be a phone number')
      .optional(),
    language: languageTag.optional(),
    attributes: AttributeChanges.optional(),
    userId: line(256)
      .optional()
      .meta({ description: 'Only for external-users: the subject of the user token.' }),
    userToken: z
      .string()
      .min(1)
      .max(8192)
      .nullable()
      .optional()
      .meta({ description: "The website's own JWT for a signed-in visitor; null signs the visitor out." }),
    startNew: z.boolean().optional().meta({
      description:
        'For a session whose conversation is read-only: starts a new conversation instead of resuming it.',
    }),
    journeyContext: JourneyContext.optional(),
    challenge: z.string().min(1).max(8192).optional().meta({
      description: 'The solution to the challenge in a 403 `challenge_required` response.',
    }),
  })
  .meta({ id: 'OpenGuestSession' })

export const SignIn = z
  .strictObject({
    redirectUri: z.url().max(2048).optional(),
    code: z.string().min(1).max(4096).optional(),
    idToken: z.string().min(1).max(8192).optional(),
    nonce: z.string().min(1).max(512).optional(),
    codeVerifier: z.string().min(43).max(128).optional(),
  })
  .refine(
    ({ code, idToken }) => (code === undefined) !== (idToken === undefined),
    'must have either code or idToken',
  )
  .refine(
    ({ code, redirectUri }) => code === undefined || redirectUri !== undefined,
    'must have redirectUri with code',
  )
  .meta({ id: 'SignIn', description: "What the deployment's OpenID provider returned to the page." })

export const ChangeGuestAttributes = z
  .strictObject({ attributes: AttributeChanges })
  .meta({ id: 'ChangeGuestAttributes' })

const Reply = z.strictObject({ text: z.string().min(1).max(1024), payload: z.string().min(1).max(2048) })
const FormAnswer = z.strictObject({
  id: line(256),
  text: z.string().max(1024),
  payload: z.string().max(2048),
})
const replyText = z.string().max(1024).meta({
  description:
    "The guest's reply as it is shown: the `reply.subtitle` of the list, or the `reply.title` of the form.",
})
/** Matches any character except white space, control characters and characters that are never shown. */
const VISIBLE = /[^\s\p{Cc}\p{Default_Ignorable_Code_Point}\u2800]/u
const text = z.string().refine((value) => VISIBLE.test(value), 'must not be empty')

export const SendMessage = z
  .union([
    z.strictObject({ text, attachmentIds: z.array(line(128)).max(10).optional() }),
    z.strictObject({ attachmentIds: z.array(line(128)).min(1).max(10) }),
    z.strictObject({ quickReply: Reply.extend({ inReplyTo: line(256).optional() }) }),
    z.strictObject({ button: Reply.extend({ inReplyTo: line(256).optional() }) }),
    z.strictObject({
      date: Reply.extend({ payload: z.iso.datetime({ offset: true }), inReplyTo: line(256) }),
    }),
    z.strictObject({
      list: z.strictObject({
        items: z.array(Reply).min(1).max(100),
        inReplyTo: line(256),
        text: replyText.optional(),
      }),
    }),
    z.strictObject({
      form: z.strictObject({
        cannedResponseId: z.string().max(256),
        answers: z.array(FormAnswer).max(200),
        inReplyTo: line(256),
        text: replyText.optional(),
      }),
    }),
  ])
  .meta({ id: 'SendMessage' })

export const RequestCallback = z
  .strictObject({
    name: line(256),
    phone: line(40).meta({ example: '+49 30 901820' }),
    at: z.iso.datetime().optional().meta({ description: 'Default: as soon as an agent is free.' }),
  })
  .meta({ id: 'RequestCallback' })

export const HistoryQuery = z.strictObject({
  pageSize: z.coerce.number().int().min(1).max(100).default(25),
  pageNumber: z.coerce.number().int().min(1).max(10_000).default(1),
})

export const TranscriptQuery = z.strictObject({
  language: languageTag.optional().meta({
    description: 'Default: `Accept-Language`; English if the language is not supported.',
  }),
  timeZone: z
    .string()
    .max(64)
    .refine(isTimeZone, 'must be a time zone such as Europe/Berlin')
    .default('UTC')
    .meta({ example: 'Europe/Berlin' }),
})

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}

export const SurveyAnswer = z
  .strictObject({ score: z.int().min(1).max(5) })
  .meta({ id: 'SurveyAnswer', description: 'From 1, the worst, to 5, the best.' })

export const KnowledgeQuery = z.strictObject({
  q: line(256).meta({ description: 'What the guest wants to know.', example: 'Where is my parcel?' }),
})

export const RateArticle = z
  .strictObject({
    helpful: z.boolean(),
    searchId: z
      .string()
      .regex(/^[\w-]{1,64}$/, 'must be the searchId from a search')
      .optional()
      .meta({ description: 'The `searchId` of the search that found the article.' }),
  })
  .meta({ id: 'RateArticle' })

export const EventsQuery = z.strictObject({ lastEventId: z.string().max(2048).optional() })

/**
 * Removes characters that are invisible or change the order in which a name is shown. They are not refused, because
 * names of honest files contain them, such as the direction marks in Arabic and Hebrew names.
 */
const visible = (name: string) =>
  name.replace(/[\u0080-\u009f\u2028\u2029\p{Default_Ignorable_Code_Point}]/gu, '')

/** A page may send a path. A program that stores the file must not use the path's folders (RFC 6266 section 4.3). */
const lastSegment = (path: string) => path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1)

export const UploadQuery = z.strictObject({
  fileName: line(1023, z.string().overwrite(visible).trim().overwrite(lastSegment).trim())
    .refine((name) => name !== '.' && name !== '..', 'must be a file name')
    .meta({
      example: 'note.txt',
      description: 'Invisible characters are removed. If this is a path, only its last segment is kept.',
    }),
})
