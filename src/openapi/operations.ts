import type { ResponseConfig } from '@asteasolutions/zod-to-openapi'
import * as z from 'zod'
import type { ProblemCode } from '../problems/catalogue.ts'
import * as requests from '../routes/schemas.ts'
import * as answers from './answer-schemas.ts'

/** One method of one path, with what it takes and answers. */
export interface Operation {
  readonly method: 'get' | 'post' | 'put' | 'delete'
  readonly path: string
  readonly summary: string
  readonly tag: 'guest' | 'page' | 'operator'
  readonly needsSession: boolean | 'welcome'
  readonly body?: z.ZodType
  readonly file?: true
  readonly query?: z.ZodObject
  readonly params?: z.ZodObject
  readonly headers?: z.ZodObject
  readonly answers: Readonly<Record<number, ResponseConfig>>
  readonly problems: readonly ProblemCode[]
}

const json = (schema: z.ZodType, description: string): ResponseConfig => ({
  description,
  content: { 'application/json': { schema } },
})
const nothing = (description: string): ResponseConfig => ({ description })

/** Problems that every path may answer with. */
export const EVERYWHERE: ProblemCode[] = [
  'origin_not_allowed',
  'rate_limited',
  'overloaded',
  'internal_error',
]
const WITH_BODY: ProblemCode[] = [
  'invalid_request',
  'invalid_json',
  'request_timeout',
  'request_too_large',
  'unsupported_media_type',
]
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
    tag: 'guest',
    needsSession: 'welcome',
    body: requests.OpenGuestSession,
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
    tag: 'guest',
    needsSession: true,
    answers: { 200: json(answers.GuestSessionDescription, 'As it stands') },
    problems: [...OF_A_GUEST, ...UPSTREAM],
  },
  {
    method: 'delete',
    path: '/guest-session',
    summary: 'The guest ends the conversation',
    tag: 'guest',
    needsSession: true,
    answers: { 204: nothing('Ended') },
    problems: [...OF_A_GUEST, ...UPSTREAM, 'end_not_enabled', 'not_supported_by_guest_api'],
  },
  {
    method: 'put',
    path: '/guest-attributes',
    summary: 'Set attributes of the guest',
    tag: 'guest',
    needsSession: true,
    body: requests.ChangeGuestAttributes,
    answers: { 200: json(answers.ChangedGuestAttributes, 'All attributes as they stand now') },
    problems: [...WITH_BODY, ...OF_A_GUEST, ...UPSTREAM, 'attribute_not_allowed', 'attributes_too_large'],
  },
  {
    method: 'post',
    path: '/messages',
    summary: 'Send a text, an attachment, or a choice: quick reply, card button, date, list items',
    tag: 'guest',
    needsSession: true,
    body: requests.SendMessage,
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
    tag: 'guest',
    needsSession: true,
    query: requests.HistoryQuery,
    answers: { 200: json(answers.MessagePage, 'A page') },
    problems: [...OF_A_GUEST, ...UPSTREAM, 'invalid_request', 'not_supported_by_guest_api'],
  },
  {
    method: 'get',
    path: '/events',
    summary: 'Live events, as server-sent events',
    tag: 'guest',
    needsSession: true,
    query: requests.EventsQuery,
    headers: z.object({ 'Last-Event-ID': z.string().optional() }),
    answers: {
      200: {
        description: 'Events message, typing, session, sign-in, offer, resync, reconnect',
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
    tag: 'guest',
    needsSession: true,
    answers: { 204: nothing('Told, or not needed') },
    problems: [...OF_A_GUEST, ...UPSTREAM, 'not_supported_by_guest_api'],
  },
  {
    method: 'post',
    path: '/attachments',
    summary: 'Upload a file: the body is its bytes',
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
    tag: 'guest',
    needsSession: true,
    params: z.object({ id: z.string() }),
    answers: { 200: json(z.object({ url: z.string() }), 'Good for some minutes') },
    problems: [...OF_A_GUEST, ...UPSTREAM, 'attachment_refused', 'not_supported_by_guest_api'],
  },
  {
    method: 'delete',
    path: '/attachments/{id}',
    summary: 'Take back a file that was not sent yet',
    tag: 'guest',
    needsSession: true,
    params: z.object({ id: z.string() }),
    answers: { 204: nothing('Removed') },
    problems: [...OF_A_GUEST, ...UPSTREAM, 'attachment_refused', 'not_supported_by_guest_api'],
  },
  {
    method: 'get',
    path: '/deployment',
    summary: 'What a chat page needs to know of the deployment',
    tag: 'page',
    needsSession: false,
    answers: { 200: json(answers.Deployment, 'The deployment') },
    problems: [...UPSTREAM, 'session_invalid'],
  },
  {
    method: 'get',
    path: '/widget-config',
    summary: "Settings for a page that uses Genesys' own widget",
    tag: 'page',
    needsSession: 'welcome',
    answers: { 200: json(answers.WidgetConfig, 'Guest details are there with a session') },
    problems: [...UPSTREAM, 'session_invalid'],
  },
  {
    method: 'post',
    path: '/sign-in',
    summary: "Sign the guest in with the deployment's OpenID provider",
    tag: 'guest',
    needsSession: true,
    body: requests.SignIn,
    answers: { 200: json(answers.GuestSession, 'Signed in; replace your session token') },
    problems: [...WITH_BODY, ...OF_A_GUEST, ...UPSTREAM, 'user_token_invalid', 'not_supported_by_guest_api'],
  },
  {
    method: 'delete',
    path: '/sign-in',
    summary: 'Sign the guest out, which ends the session',
    tag: 'guest',
    needsSession: true,
    answers: { 204: nothing('Signed out') },
    problems: [...OF_A_GUEST, ...UPSTREAM, 'not_supported_by_guest_api'],
  },
  {
    method: 'get',
    path: '/healthz',
    summary: 'Whether the process is alive',
    tag: 'operator',
    needsSession: false,
    answers: { 200: json(z.object({ status: z.literal('ok') }), 'Alive') },
    problems: [],
  },
  {
    method: 'get',
    path: '/readyz',
    summary: 'Whether guests can be served',
    tag: 'operator',
    needsSession: false,
    answers: {
      200: json(answers.ReadinessReport, 'Ready, or degraded: guests are served, and something is wrong'),
      503: json(answers.ReadinessReport, 'Not ready, and why'),
    },
    problems: [],
  },
]
