import type { UpstreamErrorCode } from '../upstream/upstream-error.ts'
import type { ProblemEntry } from './entry.ts'
import type { SessionErrorCode } from '../sessions/session-error.ts'

/** Refusals of a guest's request. Some of them Genesys gives as well: same words, same code. */
type GuestProblemCode = SessionErrorCode | Extract<UpstreamErrorCode, 'session_read_only' | 'end_not_enabled'>

export const SESSION_PROBLEMS = {
  session_invalid: {
    status: 401,
    title: 'No valid guest session',
    description:
      'The session token is missing, damaged, expired, was sealed by another service, or belongs to another website. Which of these is not told.',
    clientAction:
      'Open a new guest session with `POST /guest-session` without a token, and use the token that comes back.',
    operatorAction:
      'If it happens to many at once: every replica needs the same `SESSION_KEYS`, and a key that is replaced stays in the list, behind the new one, for `SESSION_MAX_AGE_S`.',
  },
  user_token_invalid: {
    status: 401,
    title: 'The visitor could not be verified',
    description:
      'The `userToken` of the website is not a good one: expired, signed by another key, or for another issuer or audience.',
    clientAction: 'Get a fresh token from the website, or leave `userToken` out for an anonymous guest.',
    operatorAction:
      'Compare `USER_TOKEN_JWKS_URL`, `USER_TOKEN_ISSUER` and `USER_TOKEN_AUDIENCE` with what the website issues, and the clocks of both machines.',
  },
  trusted_attributes_unavailable: {
    status: 503,
    title: 'What is known of the visitor could not be read',
    description:
      'The attributes that routing trusts come from the website itself, and it did not deliver them. Without them no session is opened.',
    clientAction: 'Repeat it after `Retry-After` seconds.',
    operatorAction:
      'Look at the source of the trusted attributes: the address in `USER_TOKEN_JWKS_URL`, or the function that was given to the service.',
    retryAfterSeconds: 5,
  },
  attribute_not_allowed: {
    status: 422,
    title: 'A browser may not set this attribute',
    description:
      'The attribute is trusted by routing, or it is on no list. `errors` names it. No attribute was changed.',
    clientAction:
      'Leave it out. What routing must be able to rely on comes from the website’s own token (`userToken`).',
    operatorAction:
      'Browsers may set what `ATTRIBUTES_OPEN` matches (default `custom.*`) and `ATTRIBUTES_TRUSTED` does not name.',
  },
  attributes_too_large: {
    status: 413,
    title: 'The attributes are too large',
    description:
      'Keys and values of all the guest’s attributes together have more bytes of UTF-8 than Genesys takes. No attribute was changed.',
    clientAction:
      'Stay below `limits.maxAttributeBytes` (2048): remove attributes with `null`, shorten values.',
    operatorAction:
      'The bound is that of Genesys. Attributes that this service adds from the visitor’s token count as well.',
  },
  text_too_long: {
    status: 413,
    title: 'The text is too long',
    description: 'The text has more bytes of UTF-8 than Genesys takes. It was not sent.',
    clientAction:
      'Stay below `limits.maxTextBytes` (4096): split the text. Count bytes, not characters: `new TextEncoder().encode(text).length`.',
    operatorAction: 'The bound is that of Genesys.',
  },
  attachment_too_large: {
    status: 413,
    title: 'The file is too large',
    description: 'The file has more bytes than the deployment takes. It was not sent.',
    clientAction: 'Check `limits.attachments.maxFileSizeKB` before uploading.',
    operatorAction:
      'The bound is in the Messenger configuration of the deployment (at most 10 MB); a proxy in front may have a lower one.',
  },
  attachment_refused: {
    status: 422,
    title: 'The file was refused',
    description:
      'The type, the name or the content of the file is not accepted, or the deployment takes no files at all.',
    clientAction:
      'Check `limits.attachments.fileTypes` and `blockedExtensions`; without `limits.attachments` offer no upload.',
    operatorAction:
      'Allow attachments and the file type in the Messenger configuration, and in the supported content profile of the deployment.',
  },
  idempotency_key_reused: {
    status: 422,
    title: 'This key belongs to another message',
    description:
      'The `Idempotency-Key` was used before by the same guest with another body. Nothing was sent.',
    clientAction:
      'Make a new key for each message (`crypto.randomUUID()`), and keep it only to repeat that very message.',
    operatorAction: 'Nothing to do.',
  },
  request_in_progress: {
    status: 409,
    title: 'The same request is still under way',
    description: 'A request with this `Idempotency-Key` has not been answered yet. Nothing was sent twice.',
    clientAction: 'Wait for the first answer, or repeat it with the same key a little later.',
    operatorAction: 'Nothing to do.',
    retryAfterSeconds: 1,
  },
  not_supported_by_guest_api: {
    status: 501,
    title: 'The chosen Genesys API cannot do this',
    description: 'The driver that this service runs with has no such operation.',
    clientAction: 'Ask `capabilities` of the guest session before offering it.',
    operatorAction:
      'The driver is chosen by `GENESYS_GUEST_API`; `web-messaging` (the default) can do everything.',
  },
  session_read_only: {
    status: 409,
    title: 'The conversation is over and can only be read',
    description:
      'The agent or the flow ended the conversation, and the deployment makes ended conversations read-only.',
    clientAction: 'Show the history, and offer a new conversation.',
    operatorAction:
      'In the Messenger configuration, “conversation disconnect” decides it: `Send` lets the guest go on writing, `ReadOnly` does not.',
  },
  session_ended: {
    status: 410,
    title: 'The guest session has ended for good',
    description: 'Genesys has forgotten the session, or the guest has ended it. It cannot be resumed.',
    clientAction: 'Throw the session token away and open a new guest session.',
    operatorAction:
      'How long a session lives without a message is set in the Messenger configuration (72 hours by default); `SESSION_MAX_AGE_S` should match.',
  },
  end_not_enabled: {
    status: 409,
    title: 'Guests may not end conversations here',
    description: 'The deployment does not let guests clear their conversation.',
    clientAction:
      'Offer it only when `capabilities` of the guest session has `end` and `GET /deployment` says that it is enabled.',
    operatorAction:
      'Switch “conversation clear” on in the Messenger configuration of the deployment, and publish it.',
  },
} satisfies Record<GuestProblemCode, ProblemEntry>
