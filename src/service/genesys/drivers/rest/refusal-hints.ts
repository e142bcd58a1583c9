import type { Explain, Refusal } from '../../../outgoing-http/upstream-failure.ts'

/**
 * What a refusal of one operation means, by HTTP status, for the operator who reads the log. Genesys returns
 * little more than the status; these are the documented causes.
 */
export interface RefusalHints {
  readonly [status: number]: string
  /**
   * A 403 without a body. Genesys' own refusals have a body; an empty body comes from a gateway in front of the
   * API.
   */
  readonly emptyForbidden?: string
}

export function explainWith(hints: RefusalHints): Explain {
  return (refusal) => {
    const meaning = (isEmptyForbidden(refusal) && hints.emptyForbidden) || hints[refusal.status]
    const code = refusal.upstreamCode === undefined ? undefined : CODE_HINTS[refusal.upstreamCode]
    return [code, meaning].filter((hint) => hint !== undefined).join(' ') || undefined
  }
}

function isEmptyForbidden({ status, emptyBody }: Refusal): boolean {
  return status === 403 && emptyBody
}

/** The meanings of platform codes that are more specific than the status. */
const CODE_HINTS: Readonly<Record<string, string>> = {
  'authentication.required': 'No Authorization header arrived at Genesys: a proxy in between may drop it.',
  'credentials.expired': 'The token has expired.',
  'missing.permissions': 'A permission is missing.',
  'missing.any.permissions': 'A permission is missing.',
  'unsupported.media.type': 'Genesys did not receive JSON: a gateway in between may change the content type.',
}

const OAUTH_401 =
  'Genesys does not accept our OAuth token, not even a fresh one: check that GENESYS_REGION (or GENESYS_API_URL) and ' +
  'GENESYS_LOGIN_URL belong to the same organization, and that no proxy drops the Authorization header.'

const GUEST_TOKEN_401 =
  "The guest's own token is not accepted: it has expired, or Genesys ended it. The page must open a new guest session."

const NO_SUCH_OPERATION =
  'There is no such operation at this address. It is not part of the published platform: set GENESYS_API_URL to the ' +
  'gateway that has it, or GENESYS_GUEST_API=web-messaging.'

export const CREATE_EXTERNAL_GUEST: RefusalHints = {
  400: "Genesys does not accept the guest's name or email: check their format.",
  401: OAUTH_401,
  403:
    'The OAuth client may not create guests: give it a role with messaging:guest:write, and check that the role covers ' +
    "the deployment's division.",
  404: NO_SUCH_OPERATION,
}

export const SEND_AS_EXTERNAL_GUEST: RefusalHints = {
  400: 'Genesys does not accept the text: it may be empty or too long.',
  401: GUEST_TOKEN_401,
  403: "The guest's token is not valid for this guest: it is stale, or belongs to another guest or organization.",
  emptyForbidden:
    'A 403 without a body is the response to a wrong header scheme. We send "Authorization: Guest <token>", so look for a ' +
    'proxy or gateway that rewrites it to "Bearer" or drops it.',
  404:
    "Genesys doesn't know the guest id. It comes from the response that created the guest, and may have been removed " +
    'since.',
}

export const CREATE_GUEST_IDENTITY: RefusalHints = {
  400: 'Genesys does not accept the identity: check the format of name, email and attributes; the purpose is "chat".',
  401: OAUTH_401,
  403:
    'The OAuth client may not issue guest identities: give it guest:identity:write, and guest:chat so that the identity ' +
    "may chat, in the flow's division.",
  404: NO_SUCH_OPERATION,
}

export const SEND_WITH_GUEST_IDENTITY: RefusalHints = {
  400: 'The conversation id is missing or not valid: it comes with the guest identity, and its conversation may have ended.',
  401: GUEST_TOKEN_401,
  403:
    'The guest identity may not send here. Check, in this order, that the OAuth client that created it has guest:chat, that ' +
    "the identity's purpose is chat, that the token is not stale, that the guest id is the session's, that the flow is open " +
    "to guests (GENESYS_FLOW_ID), and that the division is the flow's (GENESYS_DIVISION_ID).",
  emptyForbidden:
    'A 403 without a body means that the header was not understood. We send "Authorization: Bearer <guest token>", so look ' +
    'for a proxy or gateway that drops or rewrites it, and check GENESYS_DIVISION_ID.',
  404: 'Genesys does not know the conversation, or there is no such operation at this address: check GENESYS_API_URL.',
}

export const CREATE_EXTERNAL_USER: RefusalHints = {
  400: 'Genesys does not accept the user: check GENESYS_ORGANIZATION_ID and the format of the user id.',
  401: OAUTH_401,
  403:
    'The OAuth client may not create external users, or GENESYS_ORGANIZATION_ID is not its organization. CORS is ' +
    'not the cause: this call is made by the server.',
  404: NO_SUCH_OPERATION,
}

export const WRITE_GUEST_ATTRIBUTES: RefusalHints = {
  400: 'Genesys does not accept the attributes: the values must be strings, and keys and values together at most 2048 bytes.',
  401: OAUTH_401,
  403:
    'The OAuth client may not write guest attributes: give it webmessaging:guest:write, and check that it is associated with ' +
    "this guest's deployment.",
  404: 'Genesys does not know this guest id here: the guest may belong to another region or organization, or no longer exist.',
}

export const READ_DEPLOYMENT: RefusalHints = {
  401: OAUTH_401,
  403:
    'The OAuth client may not read the deployment: give it messagecenter:deployment:read, and check that the deployment is in a ' +
    'division that its role covers.',
}

export const DEPLOYMENT_NOT_FOUND =
  'There is no deployment with this id: compare GENESYS_DEPLOYMENT_ID with the deployment in Genesys Cloud, and ' +
  'GENESYS_REGION with the region of the organization.'

export const DEPLOYMENT_NOT_ACTIVE =
  'The deployment is not active: activate it in Genesys Cloud, under Message, Messenger Deployments.'

export const DEPLOYMENT_OF_ANOTHER_ORGANIZATION =
  'The deployment does not belong to the organization in GENESYS_ORGANIZATION_ID.'
