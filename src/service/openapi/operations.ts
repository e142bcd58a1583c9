import * as z from 'zod'
import * as requests from '../routes/schemas.ts'
import * as responses from './response-schemas.ts'
import { CALLBACK_OPERATION } from './callback-operation.ts'
import { KNOWLEDGE_OPERATIONS } from './knowledge-operations.ts'
import { JOURNEY_OPERATIONS } from './journey-operations.ts'
import { idempotency } from './idempotency-headers.ts'
import { json, nothing, GUEST_PROBLEMS, UPSTREAM, WITH_BODY, type Operation } from './operation.ts'

/** The API page replaces this text with the id of its last upload. */
export const UPLOADED_FILE_ID = 'id-of-the-uploaded-file'
const fileId = z.object({ id: z.string().meta({ example: UPLOADED_FILE_ID }) })

export const OPERATIONS: readonly Operation[] = [
  {
    method: 'post',
    path: '/guest-session',
    summary: "Open a guest session, or resume the token's session",
    description:
      'Start here. The response contains the session token: send it with all other requests as `Authorization: Bearer …`. Every field of the body is optional. If the request has a session token, the session is resumed and the token is renewed.',
    tag: 'guest',
    session: 'optional',
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
    answers: {
      201: json(responses.GuestSession, 'A new session'),
      200: json(responses.GuestSession, 'Resumed'),
    },
    problems: [
      ...WITH_BODY,
      ...UPSTREAM,
      'session_invalid',
      'user_token_invalid',
      'attribute_not_allowed',
      'attributes_too_large',
      'trusted_attributes_unavailable',
      'challenge_required',
      'challenge_failed',
      'challenge_unavailable',
    ],
  },
  {
    method: 'get',
    path: '/guest-session',
    summary: 'State, limits and capabilities',
    description:
      "What the guest can do now: `capabilities` lists what the deployment and the guest API allow. The response contains a new token in the second half of the current token's lifetime, and if the token's attributes are out of date.",
    tag: 'guest',
    session: 'required',
    answers: { 200: json(responses.GuestSessionDescription, 'The current state') },
    problems: [...GUEST_PROBLEMS, ...UPSTREAM],
  },
  {
    method: 'delete',
    path: '/guest-session',
    summary: 'End the conversation',
    description:
      'If the deployment allows guests to end conversations (`end` is in `capabilities`), the conversation ends permanently, for the agent too. The token is invalid afterwards.',
    tag: 'guest',
    session: 'required',
    answers: { 204: nothing('Ended') },
    problems: [...GUEST_PROBLEMS, ...UPSTREAM, 'end_not_enabled', 'not_supported_by_guest_api'],
  },
  {
    method: 'put',
    path: '/guest-attributes',
    summary: "Set the guest's attributes",
    description:
      'The attributes are merged with the existing ones; `null` removes an attribute. `applied` states whether routing sees the changes `now` or `with-next-message`. `ATTRIBUTES_OPEN` lists the keys that a page can set.',
    tag: 'guest',
    session: 'required',
    body: requests.ChangeGuestAttributes,
    examples: { 'Set one, remove one': { attributes: { 'custom.cart': '3 items', 'custom.page': null } } },
    answers: { 200: json(responses.ChangedGuestAttributes, 'All attributes after the change') },
    problems: [...WITH_BODY, ...GUEST_PROBLEMS, ...UPSTREAM, 'attribute_not_allowed', 'attributes_too_large'],
  },
  {
    method: 'post',
    path: '/messages',
    summary: 'Send a text, an attachment, or a choice: quick reply, card button, date, list items',
    description:
      "201 means that Genesys has accepted the message. With an `Idempotency-Key`, the message is sent only once, no matter how many times the request is repeated. If the message answers a date picker, a list or a form, `inReplyTo` is that part's `replyTo` or, if it has none, the id of the message that contains the part.",
    tag: 'guest',
    session: 'required',
    body: requests.SendMessage,
    examples: {
      'A text': { text: 'Hello' },
      'The uploaded file': { text: 'My note', attachmentIds: [UPLOADED_FILE_ID] },
      'A quick reply': { quickReply: { text: 'Yes', payload: 'yes' } },
      'A card button': { button: { text: 'Order', payload: 'order' } },
    },
    headers: idempotency,
    answers: { 201: json(responses.SentMessage, 'Genesys has accepted the message') },
    problems: [
      ...WITH_BODY,
      ...GUEST_PROBLEMS,
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
  CALLBACK_OPERATION,
  {
    method: 'get',
    path: '/messages',
    summary: 'Read the history, newest page first, oldest message first within a page',
    description: 'Page 1 is the newest. New messages shift the pages: identify messages by `id`.',
    tag: 'guest',
    session: 'required',
    query: requests.HistoryQuery,
    answers: { 200: json(responses.MessagePage, 'A page') },
    problems: [...GUEST_PROBLEMS, ...UPSTREAM, 'invalid_request', 'not_supported_by_guest_api'],
  },
  {
    method: 'get',
    path: '/transcript',
    summary: 'The conversation as a file',
    description:
      'The file is text, HTML or JSON, depending on `Accept`. It contains as much of the history as Genesys allows to be read in one minute (ten pages), and states whether earlier messages are missing.',
    tag: 'guest',
    session: 'required',
    query: requests.TranscriptQuery,
    answers: {
      200: {
        description: 'A file to download',
        content: {
          'text/plain': { schema: z.string() },
          'text/html': { schema: z.string() },
          'application/json': { schema: responses.ConversationTranscript },
        },
      },
    },
    problems: [
      ...GUEST_PROBLEMS,
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
      'The response stays open and delivers the events `message`, `typing`, `session`, `sign-in`, `offer`, `waiting`, `resync` and `reconnect`. If the request contains the id of the last event that the page received, the stream starts with the events that the page missed. The API page shows the events of the first five seconds, so send a message just before you start the stream.',
    tag: 'guest',
    session: 'required',
    query: requests.EventsQuery,
    headers: z.object({ 'Last-Event-ID': z.string().optional() }),
    answers: {
      200: {
        description: 'Events message, typing, session, sign-in, offer, waiting, resync, reconnect',
        content: { 'text/event-stream': { schema: z.string() } },
      },
      204: nothing('The session has ended permanently'),
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
    summary: 'Show the agent that the guest is typing',
    description:
      'The indicator is shown for five seconds. A page can send this request at any rate: the service limits what it sends to the rate that Genesys allows.',
    tag: 'guest',
    session: 'required',
    answers: { 204: nothing('Sent, or not needed') },
    problems: [...GUEST_PROBLEMS, ...UPSTREAM, 'not_supported_by_guest_api'],
  },
  {
    method: 'post',
    path: '/attachments',
    summary: 'Upload a file as the body of the request',
    description:
      "A message refers to the file by the `id` in the response. The session's `limits.attachments` lists the accepted types and sizes.",
    tag: 'guest',
    session: 'required',
    file: true,
    query: requests.UploadQuery,
    answers: { 201: json(responses.UploadedFile, 'Stored; a message can now refer to the file by its id') },
    problems: [
      ...GUEST_PROBLEMS,
      ...UPSTREAM,
      'invalid_request',
      'unsupported_media_type',
      'attachment_too_large',
      'attachment_refused',
      'not_supported_by_guest_api',
    ],
  },
  {
    method: 'get',
    path: '/attachments/{id}',
    summary: 'Get a new download address for a file',
    description:
      'Addresses in messages expire after about ten minutes. The API page fills in the id of the last upload.',
    tag: 'guest',
    session: 'required',
    params: fileId,
    answers: { 200: json(z.object({ url: z.string() }), 'Valid for a few minutes') },
    problems: [...GUEST_PROBLEMS, ...UPSTREAM, 'attachment_refused', 'not_supported_by_guest_api'],
  },
  {
    method: 'delete',
    path: '/attachments/{id}',
    summary: 'Delete a file that has not been sent yet',
    description: 'Files that have been sent are kept. The API page fills in the id of the last upload.',
    tag: 'guest',
    session: 'required',
    params: fileId,
    answers: { 204: nothing('Deleted') },
    problems: [...GUEST_PROBLEMS, ...UPSTREAM, 'attachment_refused', 'not_supported_by_guest_api'],
  },
  {
    method: 'post',
    path: '/survey',
    summary: 'Rate the conversation, from 1 to 5',
    description:
      "The score is sent to the website's own backend. The guest can also give it after the end of the conversation. Needs `SURVEY_WEBHOOK_URL`.",
    tag: 'guest',
    session: 'required',
    body: requests.SurveyAnswer,
    examples: { 'Very good': { score: 5 } },
    answers: { 204: nothing('Accepted; it will be sent to the backend') },
    problems: [...WITH_BODY, 'session_invalid', 'not_enabled'],
  },
  ...JOURNEY_OPERATIONS,
  {
    method: 'get',
    path: '/deployment',
    summary: 'What a chat page needs to know about the deployment',
    description: 'Status, languages, features, and how the chat should look.',
    tag: 'page',
    session: 'none',
    answers: { 200: json(responses.Deployment, 'The deployment') },
    problems: [...UPSTREAM, 'session_invalid'],
  },
  {
    method: 'get',
    path: '/availability',
    summary: 'Whether the contact center is open, until when, and the approximate wait',
    description:
      'The state is derived from the opening hours, the emergency group and the queue in the settings. `unknown` does not mean closed. The response can be cached for ten seconds; it is 304 if the `ETag` is unchanged.',
    tag: 'page',
    session: 'none',
    answers: { 200: json(responses.Availability, 'The current state'), 304: nothing('Unchanged') },
    problems: ['not_enabled'],
  },
  ...KNOWLEDGE_OPERATIONS,
  {
    method: 'get',
    path: '/widget-config',
    summary: "Settings for a page that uses Genesys' own widget",
    description: "With a session, the guest's details are filled in. The widget's sign-in prompt is off.",
    tag: 'page',
    session: 'optional',
    answers: { 200: json(responses.WidgetConfig, 'Guest details only with a session') },
    problems: [...UPSTREAM, 'session_invalid'],
  },
  {
    method: 'post',
    path: '/sign-in',
    summary: "Sign the guest in with the deployment's OpenID provider",
    description:
      'The page sends the authorization code, or the ID token, from the provider. Requires `GENESYS_SIGN_IN=on`; the code in the example is not valid.',
    tag: 'guest',
    session: 'required',
    body: requests.SignIn,
    examples: {
      'An authorization code': {
        redirectUri: 'https://www.example.com/signed-in',
        code: 'code-of-the-provider',
      },
    },
    answers: { 200: json(responses.GuestSession, 'Signed in; replace your session token') },
    problems: [
      ...WITH_BODY,
      ...GUEST_PROBLEMS,
      ...UPSTREAM,
      'user_token_invalid',
      'not_supported_by_guest_api',
    ],
  },
  {
    method: 'delete',
    path: '/sign-in',
    summary: 'Sign the guest out, which ends the session',
    description: 'For guests who signed in through `POST /sign-in`.',
    tag: 'guest',
    session: 'required',
    answers: { 204: nothing('Signed out') },
    problems: [...GUEST_PROBLEMS, ...UPSTREAM, 'not_supported_by_guest_api'],
  },
  {
    method: 'get',
    path: '/healthz',
    summary: 'Whether the process is alive',
    description: "For an orchestrator's liveness probe. Calls no other system.",
    tag: 'operator',
    session: 'none',
    answers: { 200: json(z.object({ status: z.literal('ok') }), 'Alive') },
    problems: [],
  },
  {
    method: 'get',
    path: '/readyz',
    summary: 'Whether guests can be served',
    description:
      'The response is 503 only while this process cannot serve any guest. With 200, `degraded` means that there are other failures; the checks name the settings to change.',
    tag: 'operator',
    session: 'none',
    answers: {
      200: json(responses.ReadinessReport, 'Ready, or degraded: guests are served, but something is wrong'),
      503: json(responses.ReadinessReport, 'Not ready, and why'),
    },
    problems: [],
  },
]
