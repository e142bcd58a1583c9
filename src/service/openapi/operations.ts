import * as z from 'zod'
import type { ProblemCode } from '../problems/catalogue.ts'
import * as requests from '../routes/schemas.ts'
import * as answers from './answer-schemas.ts'
import { json, nothing, WITH_BODY, type Operation } from './operation.ts'

const OF_A_GUEST: ProblemCode[] = ['session_invalid', 'session_ended']
const UPSTREAM: ProblemCode[] = [
  'upstream_refused',
  'upstream_auth_failed',
  'upstream_bad_response',
  'upstream_rate_limited',
  'upstream_unavailable',
  'upstream_timeout',
  'deployment_not_usable',
]

/** The API page replaces it with the id of its last upload. */
export const UPLOADED_FILE_ID = 'id-of-the-uploaded-file'
const fileId = z.object({ id: z.string().meta({ example: UPLOADED_FILE_ID }) })

const idempotency = z.object({
  'Idempotency-Key': z.string().optional().meta({
    description:
      'Names this message. The same key and body get the first answer from a replica that knows the key.',
  }),
  'Idempotency-Retry': z
    .string()
    .regex(/^\d{1,9}$/)
    .optional()
    .meta({
      description:
        'How often the message was tried before. From 1 on, a replica that does not know the key looks for the message ' +
        'in the recent history before it sends it.',
    }),
  'Idempotency-After': z.string().optional().meta({
    description:
      'On a repeat: the id of the last message known at the first attempt, or empty. The history is searched back to it.',
  }),
})

export const OPERATIONS: readonly Operation[] = [
  {
    method: 'post',
    path: '/guest-session',
    summary: 'Open a guest session, or resume the one whose token is sent along',
    description:
      'Begin here. The answer has the session token, which goes along with everything else as `Authorization: Bearer …`; every field of the body is optional. With a token, the session is resumed and the token renewed.',
    tag: 'guest',
    needsSession: 'welcome',
    body: requests.OpenGuestSession,
    examples: {
      'A known visitor': {
        name: 'Jane Doe',
        email: 'jane@example.com',
        language: 'en-us',
        attributes: { 'custom.page': '/pricing' },
      },
      'An unknown visitor': {},
    },
    answers: { 201: json(answers.GuestSession, 'A new session'), 200: json(answers.GuestSession, 'Resumed') },
    problems: [
      ...WITH_BODY,
      ...UPSTREAM,
      'session_invalid',
      'user_token_invalid',
      'attribute_not_allowed',
      'attributes_too_large',
      'trusted_attributes_unavailable',
    ],
  },
  {
    method: 'get',
    path: '/guest-session',
    summary: 'State, limits and capabilities',
    description:
      'What the guest can do now: `capabilities` names what the deployment and the guest API allow. Brings a new token when half of the life of the old one is over.',
    tag: 'guest',
    needsSession: true,
    answers: { 200: json(answers.GuestSessionDescription, 'As it stands') },
    problems: [...OF_A_GUEST, ...UPSTREAM],
  },
  {
    method: 'delete',
    path: '/guest-session',
    summary: 'The guest ends the conversation',
    description:
      'For good, for the agent too, where the deployment lets guests end a conversation (`end` is in `capabilities`). The token is of no use afterwards.',
    tag: 'guest',
    needsSession: true,
    answers: { 204: nothing('Ended') },
    problems: [...OF_A_GUEST, ...UPSTREAM, 'end_not_enabled', 'not_supported_by_guest_api'],
  },
  {
    method: 'put',
    path: '/guest-attributes',
    summary: 'Set attributes of the guest',
    description:
      'Merged with those that are there; `null` removes one. `applied` says whether routing sees them `now` or `with-next-message`. `ATTRIBUTES_OPEN` names the keys that a page may set.',
    tag: 'guest',
    needsSession: true,
    body: requests.ChangeGuestAttributes,
    examples: { 'Set one, remove one': { attributes: { 'custom.cart': '3 items', 'custom.page': null } } },
    answers: { 200: json(answers.ChangedGuestAttributes, 'All attributes as they stand now') },
    problems: [...WITH_BODY, ...OF_A_GUEST, ...UPSTREAM, 'attribute_not_allowed', 'attributes_too_large'],
  },
  {
    method: 'post',
    path: '/messages',
    summary: 'Send a text, an attachment, or a choice: quick reply, card button, date, list items',
    description:
      '201 means that Genesys has it. With an `Idempotency-Key` it is sent once however often the request is repeated. The answer to a date picker, a list or a form names the message that asked, as `inReplyTo`.',
    tag: 'guest',
    needsSession: true,
    body: requests.SendMessage,
    examples: {
      'A text': { text: 'Hello' },
      'The uploaded file': { text: 'My note', attachmentIds: [UPLOADED_FILE_ID] },
      'A quick reply': { quickReply: { text: 'Yes', payload: 'yes' } },
      'A button of a card': { button: { text: 'Order', payload: 'order' } },
    },
    headers: idempotency,
    answers: { 201: json(answers.SentMessage, 'Genesys has accepted the message') },
    problems: [
      ...WITH_BODY,
      ...OF_A_GUEST,
      ...UPSTREAM,
      'delivery_unknown',
      'session_read_only',
      'text_too_long',
      'request_in_progress',
      'idempotency_key_reused',
      'attachment_refused',
      'not_supported_by_guest_api',
    ],
  },
  {
    method: 'get',
    path: '/messages',
    summary: 'History, newest page first, oldest message first within a page',
    description: 'Page 1 is the newest. What comes in meanwhile moves the pages: know a message by its `id`.',
    tag: 'guest',
    needsSession: true,
    query: requests.HistoryQuery,
    answers: { 200: json(answers.MessagePage, 'A page') },
    problems: [...OF_A_GUEST, ...UPSTREAM, 'invalid_request', 'not_supported_by_guest_api'],
  },
  {
    method: 'get',
    path: '/transcript',
    summary: 'The conversation as a file',
    description:
      'As text, HTML or JSON, by `Accept`. It goes back as far as Genesys allows in a minute, ten pages of the history, and says where it begins.',
    tag: 'guest',
    needsSession: true,
    query: requests.TranscriptQuery,
    answers: {
      200: {
        description: 'A file to download',
        content: {
          'text/plain': { schema: z.string() },
          'text/html': { schema: z.string() },
          'application/json': { schema: answers.ConversationTranscript },
        },
      },
    },
    problems: [
      ...OF_A_GUEST,
      ...UPSTREAM,
      'invalid_request',
      'not_acceptable',
      'not_enabled',
      'not_supported_by_guest_api',
    ],
  },
  {
    method: 'get',
    path: '/events',
    summary: 'Live events, as server-sent events',
    description:
      'Stays open: `message`, `typing`, `session`, `sign-in`, `offer`, `waiting`, `resync`, `reconnect`. With the id of the last event that arrived it begins with what was missed. The API page shows what comes within five seconds; send a message just before.',
    tag: 'guest',
    needsSession: true,
    query: requests.EventsQuery,
    headers: z.object({ 'Last-Event-ID': z.string().optional() }),
    answers: {
      200: {
        description: 'Events message, typing, session, sign-in, offer, waiting, resync, reconnect',
        content: { 'text/event-stream': { schema: z.string() } },
      },
      204: nothing('The session has ended for good'),
    },
    problems: [
      'session_invalid',
      'invalid_request',
      'not_acceptable',
      'not_supported_by_guest_api',
      'shutting_down',
    ],
  },
  {
    method: 'post',
    path: '/typing',
    summary: 'Tell the agent that the guest is typing',
    description:
      'Good for five seconds; as often as a page likes, since it is passed on only as often as Genesys takes it.',
    tag: 'guest',
    needsSession: true,
    answers: { 204: nothing('Told, or not needed') },
    problems: [...OF_A_GUEST, ...UPSTREAM, 'not_supported_by_guest_api'],
  },
  {
    method: 'post',
    path: '/attachments',
    summary: 'Upload a file: the body is its bytes',
    description:
      'The `id` of the answer is what a message sends. `limits.attachments` of the session says which types and sizes are taken.',
    tag: 'guest',
    needsSession: true,
    file: true,
    query: requests.UploadQuery,
    answers: { 201: json(answers.UploadedFile, 'Stored; its id may be sent with a message') },
    problems: [
      ...OF_A_GUEST,
      ...UPSTREAM,
      'invalid_request',
      'attachment_too_large',
      'attachment_refused',
      'not_supported_by_guest_api',
    ],
  },
  {
    method: 'get',
    path: '/attachments/{id}',
    summary: 'A fresh download address of a file',
    description:
      "Addresses in messages run out after about ten minutes. The id of the last upload takes the example's place on the API page.",
    tag: 'guest',
    needsSession: true,
    params: fileId,
    answers: { 200: json(z.object({ url: z.string() }), 'Good for some minutes') },
    problems: [...OF_A_GUEST, ...UPSTREAM, 'attachment_refused', 'not_supported_by_guest_api'],
  },
  {
    method: 'delete',
    path: '/attachments/{id}',
    summary: 'Take back a file that was not sent yet',
    description:
      "A file that was sent stays. The id of the last upload takes the example's place on the API page.",
    tag: 'guest',
    needsSession: true,
    params: fileId,
    answers: { 204: nothing('Removed') },
    problems: [...OF_A_GUEST, ...UPSTREAM, 'attachment_refused', 'not_supported_by_guest_api'],
  },
  {
    method: 'get',
    path: '/deployment',
    summary: 'What a chat page needs to know of the deployment',
    description: 'Status, languages, features, and how the deployment wants its chat to look.',
    tag: 'page',
    needsSession: false,
    answers: { 200: json(answers.Deployment, 'The deployment') },
    problems: [...UPSTREAM, 'session_invalid'],
  },
  {
    method: 'get',
    path: '/availability',
    summary: 'Whether it is open, until when, and about how long a guest would wait',
    description:
      'From the opening hours, the emergency and the queue that the operator has set. `unknown` does not mean closed. It may be cached for ten seconds; 304 with the `ETag` of before.',
    tag: 'page',
    needsSession: false,
    answers: { 200: json(answers.Availability, 'The state now'), 304: nothing('As before') },
    problems: ['not_enabled'],
  },
  {
    method: 'get',
    path: '/widget-config',
    summary: "Settings for a page that uses Genesys' own widget",
    description: "With a session, the guest's details are filled in. The widget's log-in prompt is off.",
    tag: 'page',
    needsSession: 'welcome',
    answers: { 200: json(answers.WidgetConfig, 'Guest details are there with a session') },
    problems: [...UPSTREAM, 'session_invalid'],
  },
  {
    method: 'post',
    path: '/sign-in',
    summary: "Sign the guest in with the deployment's OpenID provider",
    description:
      "The page brings the authorization code, or the ID token, that the provider gave it. Needs `GENESYS_SIGN_IN=on`; the example's code is nobody's.",
    tag: 'guest',
    needsSession: true,
    body: requests.SignIn,
    examples: {
      'An authorization code': {
        redirectUri: 'https://www.example.com/signed-in',
        code: 'code-of-the-provider',
      },
    },
    answers: { 200: json(answers.GuestSession, 'Signed in; replace your session token') },
    problems: [...WITH_BODY, ...OF_A_GUEST, ...UPSTREAM, 'user_token_invalid', 'not_supported_by_guest_api'],
  },
  {
    method: 'delete',
    path: '/sign-in',
    summary: 'Sign the guest out, which ends the session',
    description: 'For guests who signed in through `POST /sign-in`.',
    tag: 'guest',
    needsSession: true,
    answers: { 204: nothing('Signed out') },
    problems: [...OF_A_GUEST, ...UPSTREAM, 'not_supported_by_guest_api'],
  },
  {
    method: 'get',
    path: '/healthz',
    summary: 'Whether the process is alive',
    description: "For an orchestrator's liveness probe: asks nobody else.",
    tag: 'operator',
    needsSession: false,
    answers: { 200: json(z.object({ status: z.literal('ok') }), 'Alive') },
    problems: [],
  },
  {
    method: 'get',
    path: '/readyz',
    summary: 'Whether guests can be served',
    description:
      '503 only while this process can serve nobody; `degraded` with 200 names what else is wrong, and which setting to change.',
    tag: 'operator',
    needsSession: false,
    answers: {
      200: json(answers.ReadinessReport, 'Ready, or degraded: guests are served, and something is wrong'),
      503: json(answers.ReadinessReport, 'Not ready, and why'),
    },
    problems: [],
  },
]
