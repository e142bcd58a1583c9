import type { ErrorFacts } from '../../../../errors/coded-error.ts'
import {
  MAX_RETRY_AFTER_SECONDS,
  UpstreamError,
  type UpstreamErrorCode,
} from '../../../../errors/upstream-error.ts'

/** The kind of request that was refused; some codes have different meanings for different requests. */
export type Purpose = 'configure' | 'message' | 'end' | 'attachment' | 'read'

export interface Refusal {
  readonly code: number
  readonly text?: string
  readonly retryAfterSeconds?: number | undefined
}

interface Meaning {
  readonly code: UpstreamErrorCode
  readonly says: string
  readonly hint?: string
}

const ENDED: Meaning = { code: 'session_ended', says: 'Genesys has ended this guest session' }
const REFUSED_FILE = (says: string, hint?: string): Meaning => ({
  code: 'attachment_refused',
  says,
  ...(hint !== undefined && { hint }),
})

/** Genesys: every known `code` of an error frame, from its own clients, fixtures or traffic. */
const MEANINGS: Readonly<Record<number, Meaning>> = {
  400: {
    code: 'upstream_refused',
    says: 'Genesys could not carry out the request',
  },
  401: { ...ENDED, says: 'Genesys no longer accepts the guest' },
  403: {
    code: 'upstream_refused',
    says: 'Genesys does not allow the request',
    hint: "The feature is switched off in the deployment's Messenger configuration, or for the organization.",
  },
  404: { code: 'upstream_refused', says: 'Genesys does not know the requested resource' },
  408: { code: 'upstream_unavailable', says: 'Genesys reports a timeout' },
  409: {
    code: 'session_read_only',
    says: 'The conversation has ended and is read-only',
    hint: "The Messenger configuration's conversation disconnect is set to read-only. A new chat needs a new session.",
  },
  429: { code: 'upstream_rate_limited', says: 'Genesys limits the rate of requests' },
  4000: REFUSED_FILE(
    'The deployment does not accept files',
    'Attachments are off. Check Admin > Message > Supported Content, and the profile chosen in the Messenger deployment.',
  ),
  4001: REFUSED_FILE(
    'Genesys does not accept files of this type',
    "The deployment's supported content profile does not list this file type.",
  ),
  4002: { code: 'attachment_too_large', says: 'Genesys does not accept a file of this size' },
  4003: REFUSED_FILE("Genesys refused the file's content"),
  4004: REFUSED_FILE('Genesys refused the file name', 'A file name needs an extension.'),
  4005: REFUSED_FILE('The file name is too long'),
  4006: { ...ENDED, says: 'The guest session has expired' },
  4007: { ...ENDED, says: 'Genesys does not know the guest session' },
  4008: REFUSED_FILE('The attachment has expired'),
  4009: REFUSED_FILE('Genesys does not know the attachment'),
  4010: REFUSED_FILE('The attachment was not uploaded completely'),
  4011: { code: 'text_too_long', says: 'The text is longer than Genesys allows' },
  4013: { code: 'attributes_too_large', says: 'The attributes are larger than Genesys allows' },
  4017: { ...ENDED, says: 'A signed-in guest session cannot continue without a sign-in' },
  4020: {
    code: 'upstream_refused',
    says: 'Genesys reports a missing parameter',
    hint: "This service's request no longer matches the Guest API. Please report this.",
  },
  4029: { code: 'upstream_rate_limited', says: 'Genesys limits the rate of requests' },
  4102: REFUSED_FILE('Genesys does not accept an empty file'),
  5000: { code: 'upstream_unavailable', says: 'Genesys reports an unexpected error' },
}

/** True for codes after which the guest token is unusable, so there is no reconnect. */
export function isEnd(code: number): boolean {
  return MEANINGS[code]?.code === 'session_ended'
}

/** True for codes that occur only in responses to a request for an upload. */
export function refusesUpload(code: number): boolean {
  return (code >= 4000 && code <= 4005) || code === 4102
}

/** True for the text with which Genesys refuses a typing event if the deployment does not show typing to agents. */
export function isAboutTyping(text: string): boolean {
  return /feature toggle/i.test(text)
}

/**
 * Converts an error frame to an error with a code from the problem catalogue. Genesys' own text is read, but not
 * passed on.
 */
export function toUpstreamError(refusal: Refusal, purpose: Purpose): UpstreamError {
  const { code, text = '', retryAfterSeconds } = refusal
  const meaning = special(refusal.code, text, purpose) ?? MEANINGS[code] ?? general(code)
  const facts: ErrorFacts = { status: code }
  if (meaning.hint !== undefined) facts.hint = meaning.hint
  if (retryAfterSeconds !== undefined)
    facts.retryAfterSeconds = Math.min(Math.ceil(retryAfterSeconds), MAX_RETRY_AFTER_SECONDS)
  // It is unknown whether the message was accepted before the error occurred: a retry must search first.
  if (meaning.code === 'upstream_unavailable' && purpose === 'message') {
    return new UpstreamError('delivery_unknown', `${meaning.says} for the message`, facts)
  }
  return new UpstreamError(meaning.code, meaning.says, facts)
}

function special(code: number, text: string, purpose: Purpose): Meaning | undefined {
  if (/deployment not found/i.test(text)) {
    return {
      code: 'deployment_not_usable',
      says: 'Genesys does not know the deployment',
      hint: 'GENESYS_DEPLOYMENT_ID must be the id of a Messenger deployment in this region. Check GENESYS_REGION too.',
    }
  }
  if (code !== 403) return undefined
  if (purpose === 'end' || /conversation clear/i.test(text)) {
    return {
      code: 'end_not_enabled',
      says: 'The deployment does not let guests end conversations',
      hint: 'Switch on "Clear conversation" in the Messenger configuration.',
    }
  }
  if (/session authentication failed|try to authenticate again/i.test(text)) {
    return {
      ...ENDED,
      says: 'Genesys no longer accepts the sign-in',
      hint: 'The guest must sign in again.',
    }
  }
  return undefined
}

function general(code: number): Meaning {
  if (code >= 500 && code < 600) return { code: 'upstream_unavailable', says: 'Genesys is not available' }
  return { code: 'upstream_refused', says: 'Genesys refused the request' }
}
