import * as z from 'zod'
import { firstEntries } from '../../../../collections/first-entries.ts'
import type { Card, CardAction, Content, DefaultAction } from '../../../guest-api.ts'
import { Form } from './form.ts'
import { Address, MAX_ENTRIES, Picture, defined, listOf, maybe, readable } from './json-schemas.ts'
import { DatePicker, ListPicker, LocationSchema, promptText } from './pickers.ts'

/**
 * Converts structured content from the wire (`{contentType, <key>: {…}}`) to our own format. Unknown or invalid
 * content becomes `unsupported`, so that a page can at least show a placeholder.
 */

/** The combined result of one message's content elements. */
export interface ReadContent {
  readonly parts: readonly Content[]
  /** The question in the first part that has its own prompt. */
  readonly prompt: string | undefined
  /** The message that this one answers. */
  readonly inReplyTo: string | undefined
}

interface ReadElement {
  readonly parts: readonly Content[]
  readonly prompt?: string | undefined
  readonly inReplyTo?: string | undefined
}

const Size = maybe(z.number().nonnegative())
/**
 * Genesys: every field except `mediaType` may be missing, and Genesys' schemas and clients name the fields
 * for name and size differently.
 */
const Attachment = z
  .object({
    id: z.string().catch(''),
    mediaType: z.string().catch('File'),
    url: maybe(Picture),
    filename: maybe(z.string()),
    fileName: maybe(z.string()),
    fileSize: Size,
    contentSizeBytes: Size,
    mime: maybe(z.string()),
    text: maybe(z.string()),
  })
  .refine(({ id, url }) => id !== '' || url !== undefined)
  .transform(({ id, mediaType, url, mime, text, ...file }): Content => ({
    type: 'attachment',
    id,
    mediaType,
    ...defined({
      url,
      fileName: file.filename ?? file.fileName,
      fileSizeBytes: file.fileSize ?? file.contentSizeBytes,
      mimeType: mime,
      text: text || undefined,
    }),
  }))

const QuickReply = z
  .object({
    text: maybe(z.string()),
    payload: z.string().catch(''),
    image: maybe(Picture),
    summaryText: maybe(z.string()),
  })
  // Genesys' schema requires no field.
  .refine(({ text, payload }) => text || payload)
  .transform(({ text, payload, image, summaryText }): Content => ({
    type: 'quick-reply',
    text: text || payload,
    payload,
    ...defined({ imageUrl: image, summaryText }),
  }))

const ActionFields = z.object({
  type: maybe(z.string()),
  text: maybe(z.string()),
  payload: maybe(z.string()),
  url: maybe(Address),
})

/** Genesys: an action of the type `Unknown` is a link if it has an address. */
function isLink(type: string, url: string | undefined): boolean {
  return /^link$/i.test(type) || (/^unknown$/i.test(type) && url !== undefined)
}

/**
 * Genesys' own clients ignore the case of the type, and accept `Button` as well as `Postback`. The schema requires
 * no field: a button without a payload sends its text, and a button without a text shows its payload.
 */
const Action = ActionFields.transform(({ type = '', text, payload, url }): CardAction[] => {
  if (isLink(type, url)) return url === undefined ? [] : [{ type: 'link', text: text || url, url }]
  const said = text || payload
  const isButton = /^(postback|button|unknown)$/i.test(type)
  return isButton && said ? [{ type: 'postback', text: said, payload: payload || said }] : []
})

/** Genesys: the card's own action may be a link without text. */
const CardDefaultAction = ActionFields.transform(
  ({ type = '', text, payload, url }): DefaultAction | undefined => {
    if (isLink(type, url))
      return url === undefined ? undefined : { type: 'link', ...defined({ text: text || undefined }), url }
    const said = text || payload
    const isButton = /^(postback|button|unknown)$/i.test(type)
    return isButton && said ? { type: 'postback', text: said, payload: payload || said } : undefined
  },
)

const CardBody = z
  .object({
    title: z.string(),
    description: maybe(z.string()),
    image: maybe(Picture),
    video: maybe(Picture),
    defaultAction: maybe(CardDefaultAction),
    actions: listOf(Action),
  })
  .transform(({ title, description, image, video, defaultAction, actions }): Card => ({
    title,
    ...defined({
      description: description || undefined,
      imageUrl: image,
      videoUrl: video,
      defaultAction,
    }),
    actions: actions.flat(),
  }))

/** The generic template is deprecated, and is converted to its replacement, the card. */
const GenericActions = z.object({ url: maybe(Address), textback: maybe(z.string()) })
const GenericBody = z
  .object({
    title: z.string().catch(''),
    description: maybe(z.string()),
    image: maybe(Picture),
    video: maybe(Picture),
    actions: maybe(GenericActions),
    components: listOf(
      z
        .object({ title: maybe(z.string()), text: maybe(z.string()), actions: GenericActions })
        .transform(({ title, text = '', actions: { url, textback } }): CardAction => {
          const label = title ?? text
          return url === undefined
            ? { type: 'postback', text: label, payload: textback || label }
            : { type: 'link', text: label, url }
        }),
    ),
  })
  .transform(({ title, description, image, video, actions, components }): Content => ({
    type: 'card',
    title,
    ...defined({
      description,
      imageUrl: image,
      videoUrl: video,
      defaultAction: genericDefaultAction(actions),
    }),
    actions: components.filter(({ text }) => text !== ''),
  }))

function genericDefaultAction(
  actions: z.infer<typeof GenericActions> | undefined,
): DefaultAction | undefined {
  const { url, textback } = actions ?? {}
  if (url !== undefined) return { type: 'link', url }
  return textback ? { type: 'postback', text: textback, payload: textback } : undefined
}

const RICH_LINK_HEADERS = { Text: 'text', Image: 'image', Video: 'video', File: 'file' } as const
const RichLinkHeader = z
  .object({ type: z.enum(['Text', 'Image', 'Video', 'File']), value: z.string() })
  .refine(({ type, value }) => type === 'Text' || Picture.safeParse(value).success)
  .transform(({ type, value }) => ({ type: RICH_LINK_HEADERS[type], value }))
const RichLink = z
  .object({
    text: z.string(),
    url: Address,
    urlLabel: maybe(z.string()),
    footer: maybe(z.string()),
    header: maybe(RichLinkHeader),
  })
  .transform((link): Content => ({ type: 'rich-link', ...defined(link) }))

const RESPONSE_SOURCES: Readonly<Record<string, 'button' | 'date-picker' | 'list-picker' | 'quick-reply'>> = {
  Button: 'button',
  DatePicker: 'date-picker',
  ListPicker: 'list-picker',
  QuickReply: 'quick-reply',
}
const ButtonResponse = z.object({
  type: maybe(z.string()),
  text: z.string(),
  payload: z.string().catch(''),
  originatingMessageId: maybe(z.string()),
})

const QuickReplies = z.object({ title: maybe(z.string()), actions: listOf(QuickReply) })

/** For each `contentType`: the key that holds the content, and the function that reads it. */
const READERS: Readonly<Record<string, { key: string; read: (part: unknown) => ReadElement[] }>> = {
  Attachment: reader('attachment', Attachment, (file) => file),
  QuickReply: reader('quickReply', QuickReply, (reply) => reply),
  QuickReplyV2: {
    key: 'quickReplyV2',
    read: (part) =>
      readable(QuickReplies, part).map(({ title, actions }) => ({ parts: actions, prompt: title })),
  },
  Card: reader('card', CardBody, (card) => ({ type: 'card', ...card })),
  Carousel: reader('carousel', z.object({ cards: listOf(CardBody) }), ({ cards }) => ({
    type: 'carousel',
    cards,
  })),
  GenericTemplate: reader('generic', GenericBody, (card) => card),
  DatePicker: reader('datePicker', DatePicker, ({ choice }) => ({ type: 'date-picker', ...choice })),
  ListPicker: reader('listPicker', ListPicker, ({ id, choice }) => ({
    type: 'list-picker',
    ...defined({ id }),
    ...choice,
  })),
  Form: {
    key: 'form',
    read: (value) =>
      readable(Form, value)
        // A form without pages has no questions.
        .filter(({ part }) => part.type !== 'form' || part.pages.length > 0)
        .map(({ part, originatingMessageId }) => ({ parts: [part], inReplyTo: originatingMessageId })),
  },
  RichLink: reader('richLink', RichLink, (link) => link),
  Location: reader('location', LocationSchema, (place) => ({ type: 'location', ...place })),
  Text: reader('text', z.object({ body: z.string() }), ({ body }) => ({ type: 'text', text: body })),
  ButtonResponse: {
    key: 'buttonResponse',
    read: (part) =>
      readable(ButtonResponse, part).map(({ type = '', text, payload, originatingMessageId }) => {
        const source = Object.hasOwn(RESPONSE_SOURCES, type) ? RESPONSE_SOURCES[type] : undefined
        return {
          parts: [{ type: 'button-response', text, payload, ...defined({ source }) }],
          inReplyTo: originatingMessageId,
        }
      }),
  },
}

/**
 * Never throws; an invalid content element is omitted. Of elements that have more than {@link MAX_ENTRIES} entries in
 * all of their lists, only the first are read, and the next one becomes `unsupported`.
 */
export function readContent(elements: readonly unknown[]): ReadContent {
  const kept = firstEntries(elements, MAX_ENTRIES)
  const omitted = elements.slice(kept.length, kept.length + 1)
  const read = [...kept.flatMap(readElement), ...omitted.flatMap(unsupported)]
  const parts = read.flatMap((element) => element.parts)
  return {
    parts,
    prompt: read.find(({ prompt }) => prompt)?.prompt ?? promptText(parts),
    inReplyTo: read.find(({ inReplyTo }) => inReplyTo)?.inReplyTo,
  }
}

const Typed = z.object({ contentType: z.string() }).loose()

function readElement(element: unknown): ReadElement[] {
  const typed = Typed.safeParse(element)
  if (!typed.success) return []
  const { contentType } = typed.data
  const known = Object.hasOwn(READERS, contentType) ? READERS[contentType] : undefined
  const read = known?.read(typed.data[known.key]) ?? []
  const isEmpty = read.every(({ parts, prompt }) => parts.length === 0 && !prompt)
  return isEmpty ? unsupported(element) : read
}

function unsupported(element: unknown): ReadElement[] {
  return readable(Typed, element).map(({ contentType }) => ({
    parts: [{ type: 'unsupported', contentType }],
  }))
}

function reader<T extends z.ZodType>(key: string, schema: T, toPart: (value: z.infer<T>) => Content) {
  return {
    key,
    read: (part: unknown): ReadElement[] =>
      readable(schema, part).map((value) => ({ parts: [toPart(value)] })),
  }
}
