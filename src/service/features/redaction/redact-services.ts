import type { Redaction } from '../../../contract/contract.ts'
import { PLATFORM_LIMITS } from '../../genesys/guest-api.ts'
import type { GuestAttachments } from '../../sessions/guest-attachments.ts'
import type { GuestAttributes } from '../../sessions/guest-attributes.ts'
import type { GuestMessages, MessageBody } from '../../sessions/guest-messages.ts'
import type { GuestSessions } from '../../sessions/guest-sessions.ts'
import type { OpenSession } from '../../sessions/session-opening.ts'
import type { RedactionSettings } from '../../settings/redaction-settings.ts'
import { createRedactor, masks, type Found, type Redact } from './redactor.ts'
import { findSplitNumbers } from './split-numbers.ts'

/** The services that receive text from a page. */
interface Services {
  readonly sessions: GuestSessions
  readonly messages: GuestMessages
  readonly attributes: GuestAttributes
  readonly attachments: GuestAttachments
}

/** For text that is sent by itself, such as a search query. */
export function createMask(settings: RedactionSettings): (text: string) => string {
  const redact = createRedactor(settings)
  return (text) => redact(text).text
}

/**
 * Wraps the services so that they receive only masked text: nothing behind them, including idempotency, sees the
 * original. What the site itself states about a visitor (verified claims, trusted attributes) is not masked.
 */
export function redactServices<S extends Services>(
  services: S,
  settings: RedactionSettings,
  { monotonicNow }: { readonly monotonicNow: () => number },
): S {
  const { sessions, messages, attributes, attachments } = services
  const redact = createRedactor(settings)
  const findSplit = settings.kinds.includes('card') ? findSplitNumbers(monotonicNow) : undefined

  return {
    ...services,
    sessions: {
      ...sessions,
      async open(request, caller) {
        const { value, redacted } = redactOpening(request, redact)
        return withRedactions(await sessions.open(value, caller), redacted)
      },
      async resume(claims, request, caller) {
        const { value, redacted } = redactOpening(request, redact)
        return withRedactions(await sessions.resume(claims, value, caller), redacted)
      },
    },
    messages: {
      ...messages,
      async send(claims, body, options) {
        // Too long: the message will be rejected anyway.
        if (body.text !== undefined && body.text.length > PLATFORM_LIMITS.maxTextBytes)
          return messages.send(claims, body, options)
        const noted = noteRedactions(redact)
        const parts = redactParts(body, noted.redact)
        const split =
          parts.text === undefined
            ? undefined
            : findSplit?.({ sid: claims.sid, key: options.idempotencyKey, text: parts.text })
        if (split === undefined || parts.text === undefined)
          return withRedactions(await messages.send(claims, parts, options), noted.redacted)
        const redacted = [...noted.redacted, { kind: 'card', field: 'text', ...split }]
        const text = masks(parts.text, [split])
        return withRedactions(await messages.send(claims, { ...parts, text }, options), redacted)
      },
    },
    attributes: {
      ...attributes,
      change: (claims, changes, deadlineAtMs) =>
        attributes.change(claims, redactAttributes(changes, noteRedactions(redact).redact), deadlineAtMs),
    },
    attachments: {
      ...attachments,
      async upload(claims, file, deadlineAtMs) {
        const { fileName, found } = redactFileName(file.fileName, redact)
        const redacted = found.map((each) => ({ field: 'fileName', ...each }))
        return withRedactions(await attachments.upload(claims, { ...file, fileName }, deadlineAtMs), redacted)
      },
    },
  }
}

/** Masks the text of a field, and notes what was masked in it. */
type RedactField = (field: string, text: string, exceptKind?: string) => string

function noteRedactions(redact: Redact): { readonly redact: RedactField; readonly redacted: Redaction[] } {
  const redacted: Redaction[] = []
  return {
    redacted,
    redact(field, text, exceptKind) {
      const { text: masked, found } = redact(text, exceptKind)
      redacted.push(...found.map(({ kind, start, end }) => ({ kind, field, start, end })))
      return masked
    },
  }
}

function withRedactions<T extends object>(answer: T, redacted: readonly Redaction[]): T {
  return redacted.length === 0 ? answer : { ...answer, redacted }
}

/**
 * Masks everything that a guest may have typed: all but ids, which come from Genesys, and dates, which have been
 * validated.
 */
function redactParts(body: MessageBody, redact: RedactField): MessageBody {
  const { text, attachmentIds, quickReply, button, date, list, form } = body
  const answer = <R extends { readonly text: string; readonly payload: string }>(
    field: string,
    reply: R,
  ): R => ({
    ...reply,
    text: redact(`${field}.text`, reply.text),
    payload: redact(`${field}.payload`, reply.payload),
  })
  return {
    text: text === undefined ? undefined : redact('text', text),
    attachmentIds,
    quickReply: quickReply && answer('quickReply', quickReply),
    button: button && answer('button', button),
    date: date && { ...date, text: redact('date.text', date.text) },
    list: list && {
      ...list,
      items: list.items.map((item, i) => answer(`list.items.${i}`, item)),
      ...(list.text !== undefined && { text: redact('list.text', list.text) }),
    },
    form: form && {
      ...form,
      answers: form.answers.map((each, i) => answer(`form.answers.${i}`, each)),
      ...(form.text !== undefined && { text: redact('form.text', form.text) }),
    },
  }
}

function redactOpening(request: OpenSession, redact: Redact) {
  const noted = noteRedactions(redact)
  const { name, email, phone, attributes, journeyContext } = request
  const value: OpenSession = {
    ...request,
    ...(name !== undefined && { name: noted.redact('name', name) }),
    // The site asked for an e-mail address in `email` and a phone number in `phone`; anything else in them is masked.
    ...(email !== undefined && { email: noted.redact('email', email, 'email') }),
    ...(phone !== undefined && { phone: noted.redact('phone', phone, 'phone') }),
    ...(attributes !== undefined && { attributes: redactAttributes(attributes, noted.redact) }),
    ...(journeyContext !== undefined && {
      journeyContext: redactFields('journeyContext', journeyContext, noted.redact),
    }),
  }
  return { value, redacted: noted.redacted }
}

/**
 * Numbers are masked too, because Genesys stores them as text. A key that is masked is rejected later, because no page
 * is allowed to set it.
 */
function redactAttributes<Changes extends NonNullable<OpenSession['attributes']>>(
  changes: Changes,
  redact: RedactField,
): Changes {
  const entries = Object.entries(changes).map(([key, value]) => {
    const maskedKey = redact('attributes', key)
    if (typeof value !== 'string' && typeof value !== 'number') return [maskedKey, value]
    const text = String(value)
    const masked = redact(`attributes.${maskedKey}`, text)
    return [maskedKey, masked === text ? value : masked]
  })
  return Object.fromEntries(entries) as Changes
}

/** Masks all strings in an object of objects. Genesys requires numbers to stay numbers: one that is masked becomes 0. */
function redactFields<T extends object>(field: string, fields: T, redact: RedactField): T {
  const entries = Object.entries(fields).map(([key, value]: [string, unknown]) => {
    const path = `${field}.${key}`
    if (typeof value === 'string') return [key, redact(path, value)]
    if (typeof value === 'number') return [key, redact(path, String(value)) === String(value) ? value : 0]
    return [key, typeof value === 'object' && value !== null ? redactFields(path, value, redact) : value]
  })
  return Object.fromEntries(entries) as T
}

/** Keeps the extension, because it identifies the type of the file. Replaces asterisks, because the storage refuses them. */
function redactFileName(fileName: string, redact: Redact): { fileName: string; found: readonly Found[] } {
  const { text, found } = redact(fileName)
  if (found.length === 0) return { fileName, found }
  const extension = /\.[A-Za-z0-9]{1,5}$/.exec(fileName)?.[0] ?? ''
  const stem = text.slice(0, text.length - extension.length).replaceAll('*', 'x')
  return { fileName: stem + extension, found }
}
