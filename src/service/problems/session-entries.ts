import type { UpstreamErrorCode } from '../errors/upstream-error.ts'
import type { ProblemEntry } from './entry.ts'
import type { SessionErrorCode } from '../errors/session-error.ts'

/** Refusals of a guest's request. Genesys returns some of them too, with the same meaning and the same code. */
type GuestProblemCode = SessionErrorCode | Extract<UpstreamErrorCode, 'session_read_only' | 'end_not_enabled'>

export const SESSION_PROBLEMS = {
  session_invalid: {
    status: 401,
    title: 'No valid guest session',
    description:
      'The session token is missing, damaged or expired, was replaced by a later sign-in or sign-out, was issued by another service, or belongs to another website. The response does not reveal which of these is the case.',
    clientAction:
      'Call `POST /guest-session` without a token to open a new guest session, and use the token that it returns.',
    operatorAction:
      'If this happens to many guests at the same time, check `SESSION_KEYS`: every replica needs the same keys, and a replaced key must stay in the list, after the new one, for `SESSION_MAX_AGE_S` seconds.',
  },
  user_token_invalid: {
    status: 401,
    title: 'The visitor could not be verified',
    description:
      'The website’s `userToken` has expired, is signed with an unknown key, or has an unexpected issuer or audience. In a response to `POST /sign-in`, this code means that Genesys refused what the page sent.',
    clientAction: 'Get a fresh token from the website, or leave `userToken` out for an anonymous guest.',
    operatorAction:
      'Compare `USER_TOKEN_JWKS_URL`, `USER_TOKEN_ISSUER` and `USER_TOKEN_AUDIENCE` with the tokens that the website issues, and check that the clocks of the website’s server and of this machine agree.',
  },
  trusted_attributes_unavailable: {
    status: 503,
    title: 'The visitor’s trusted attributes are unavailable',
    description:
      'The website did not deliver the attributes that routing trusts. No session is opened without them.',
    clientAction: 'Retry after `Retry-After` seconds.',
    operatorAction:
      'Check the source of the trusted attributes: the address in `USER_TOKEN_JWKS_URL` or `VISITOR_WEBHOOK_URL`, or the function that the host application passes to the service.',
    retryAfterSeconds: 5,
  },
  attribute_not_allowed: {
    status: 422,
    title: 'A browser must not set this attribute',
    description:
      'Routing trusts the attribute, or the attribute is not on the list of those that a browser may set. `errors` names it. No attribute was changed.',
    clientAction:
      'Leave it out. Attributes that routing must rely on come from the website’s own token (`userToken`).',
    operatorAction:
      'Browsers can set the attributes that `ATTRIBUTES_OPEN` matches (default `custom.*`), except those that `ATTRIBUTES_TRUSTED` names.',
  },
  attributes_too_large: {
    status: 413,
    title: 'The attributes are too large',
    description:
      'The keys and values of all the guest’s attributes, including keys whose removal has not been delivered yet, exceed what Genesys or a session token can hold. No attribute was changed.',
    clientAction:
      'Do not exceed `limits.maxAttributeBytes` (2048): remove attributes by setting them to `null`, or use fewer or shorter values.',
    operatorAction:
      'Genesys sets the limit. Attributes that this service adds from the visitor’s token are also counted.',
  },
  text_too_long: {
    status: 413,
    title: 'The text is too long',
    description: 'The text has more UTF-8 bytes than Genesys accepts. It was not sent.',
    clientAction:
      'Split the text so that no part exceeds `limits.maxTextBytes` (4096). Count bytes, not characters: `new TextEncoder().encode(text).length`.',
    operatorAction: 'Genesys sets the limit.',
  },
  attachment_too_large: {
    status: 413,
    title: 'The file is too large',
    description: 'The file is larger than the deployment accepts. It was not sent.',
    clientAction: 'Check `limits.attachments.maxFileSizeKB` before uploading.',
    operatorAction:
      'The deployment’s Messenger configuration sets the limit (at most 10 MB); `MAX_ATTACHMENT_BYTES` and a proxy can lower it.',
  },
  attachment_refused: {
    status: 422,
    title: 'The file was refused',
    description:
      'The type, name or content of the file is not accepted, or the deployment does not allow files.',
    clientAction:
      'Check `limits.attachments.fileTypes` and `blockedExtensions`; without `limits.attachments`, do not offer uploads.',
    operatorAction:
      'Allow attachments and the file type in the deployment’s Messenger configuration and supported content profile.',
  },
  idempotency_key_reused: {
    status: 422,
    title: 'This idempotency key was already used for a different request',
    description:
      'An earlier request from this guest had the same `Idempotency-Key` and a different body. This request was not sent to Genesys.',
    clientAction:
      'Create a new key for each message or callback (`crypto.randomUUID()`), and reuse it only to retry the same request.',
    operatorAction: 'Nothing to do.',
  },
  request_in_progress: {
    status: 409,
    title: 'The same request is still in progress',
    description:
      'An earlier request with this `Idempotency-Key` is still being processed. Nothing was sent twice.',
    clientAction: 'Wait for the response to the earlier request, or retry with the same key a little later.',
    operatorAction: 'Nothing to do.',
    retryAfterSeconds: 1,
  },
  not_supported_by_guest_api: {
    status: 501,
    title: 'The configured Genesys API does not support this',
    description: 'The guest API that this service is configured to use does not have this operation.',
    clientAction: 'Check the guest session’s `capabilities` before you offer the operation.',
    operatorAction:
      '`GENESYS_GUEST_API` selects the guest API; `web-messaging` (the default) supports everything.',
  },
  session_read_only: {
    status: 409,
    title: 'The conversation is over and read-only',
    description:
      'The agent or the flow ended the conversation, and the deployment makes ended conversations read-only.',
    clientAction: 'Show the history, and offer a new conversation (`startNew`).',
    operatorAction:
      'The “conversation disconnect” setting in the Messenger configuration determines this: with `Send`, the guest can continue; with `ReadOnly`, the guest cannot.',
  },
  session_ended: {
    status: 410,
    title: 'The guest session has ended',
    description: 'Genesys no longer has the session, or the guest ended it. It cannot be resumed.',
    clientAction: 'Discard the session token and open a new guest session.',
    operatorAction:
      'The Messenger configuration sets how long a session lasts without a message (72 hours by default); `SESSION_MAX_AGE_S` should match.',
  },
  end_not_enabled: {
    status: 409,
    title: 'Guests cannot end conversations',
    description: 'The deployment does not allow guests to clear their conversation.',
    clientAction:
      'Offer this only if the guest session’s `capabilities` contain `end` and `GET /deployment` reports that it is enabled.',
    operatorAction:
      'Turn on “conversation clear” in the deployment’s Messenger configuration, and publish it.',
  },
} satisfies Record<GuestProblemCode, ProblemEntry>
