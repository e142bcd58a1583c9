import * as z from 'zod'
import type { Card, CardAction, Content } from '../../guest-api.ts'

/**
 * Structured content of the wire (`{contentType, <key>: {…}}`) in our own small shape. What we don't
 * know, or can't read, stays as `unsupported`, so that a page can at least say that something is there.
 */

const maybe = <T extends z.ZodType>(schema: T) => schema.optional().catch(undefined)
/** An address that a page may put in a link or an image; `javascript:` and the like are left out. */
const Address = z.string().regex(/^(https?|mailto|tel):/i)
const Picture = z.string().regex(/^https?:/i)
/** Elements that can't be read are left out, the others stay. */
const listOf = <T extends z.ZodType>(schema: T) =>
  z
    .array(z.unknown())
    .catch([])
    .transform((entries) => entries.flatMap((entry) => readable(schema, entry)))

const Attachment = z.object({
  id: z.string(),
  mediaType: maybe(z.string()),
  url: maybe(Picture),
  filename: maybe(z.string()),
  fileSize: maybe(z.number().nonnegative()),
  mime: maybe(z.string()),
})
const Button = z.object({ text: z.string(), payload: z.string().catch(''), image: maybe(Picture) })
const Action = z.union([
  z.object({ type: z.literal('Link'), text: z.string(), url: Address }),
  z.object({ type: z.literal('Postback'), text: z.string(), payload: z.string() }),
])
const CardBody = z.object({
  title: z.string(),
  description: maybe(z.string()),
  image: maybe(Picture),
  actions: listOf(Action),
})
const DatePicker = z.object({
  title: maybe(z.string()),
  subtitle: maybe(z.string()),
  imageUrl: maybe(Picture),
  dateMinimum: maybe(z.string()),
  dateMaximum: maybe(z.string()),
  availableTimes: listOf(z.object({ dateTime: z.string(), duration: z.number().catch(0) })),
})
const ListItem = z.object({
  id: z.string(),
  title: z.string().catch(''),
  subtitle: maybe(z.string()),
  imageUrl: maybe(Picture),
})
const ListSection = z.object({
  title: z.string().catch(''),
  multipleSelection: z.boolean().catch(false),
  items: listOf(ListItem),
})
const ListPicker = z.object({ id: maybe(z.string()), sections: listOf(ListSection) })

/** By `contentType`: the key of the element that has the content, and how to read it. */
const READERS: Readonly<Record<string, { key: string; read: (part: unknown) => Content[] }>> = {
  Attachment: { key: 'attachment', read: reader(Attachment, attachment) },
  QuickReply: { key: 'quickReply', read: reader(Button, quickReply) },
  QuickReplyV2: {
    key: 'quickReplyV2',
    read: reader(z.object({ actions: listOf(Button) }), ({ actions }) => actions.map(quickReply)),
  },
  Card: { key: 'card', read: reader(CardBody, (body) => ({ type: 'card', ...card(body) })) },
  Carousel: {
    key: 'carousel',
    read: reader(z.object({ cards: listOf(CardBody) }), ({ cards }) => ({
      type: 'carousel',
      cards: cards.map(card),
    })),
  },
  DatePicker: { key: 'datePicker', read: reader(DatePicker, datePicker) },
  ListPicker: {
    key: 'listPicker',
    read: reader(ListPicker, ({ id, sections }) => ({
      type: 'list-picker',
      ...defined({ id }),
      sections: sections.map((section) => ({
        ...section,
        items: section.items.map((item) => defined(item)),
      })),
    })),
  },
  ButtonResponse: {
    key: 'buttonResponse',
    read: reader(Button, ({ text, payload }) => ({ type: 'button-response', text, payload })),
  },
}

/** Never throws; what is no content element at all is left out. */
export function readContent(elements: readonly unknown[]): Content[] {
  return elements.flatMap((element) => {
    const typed = z.object({ contentType: z.string() }).loose().safeParse(element)
    if (!typed.success) return []
    const { contentType } = typed.data
    const known = Object.hasOwn(READERS, contentType) ? READERS[contentType] : undefined
    const parts = known?.read(typed.data[known.key]) ?? []
    return parts.length > 0 ? parts : [{ type: 'unsupported' as const, contentType }]
  })
}

function reader<T extends z.ZodType>(schema: T, toContent: (value: z.infer<T>) => Content | Content[]) {
  return (part: unknown): Content[] => readable(schema, part).flatMap(toContent)
}

function readable<T extends z.ZodType>(schema: T, value: unknown): z.infer<T>[] {
  const parsed = schema.safeParse(value)
  return parsed.success ? [parsed.data] : []
}

function attachment({ id, mediaType, url, filename, fileSize, mime }: z.infer<typeof Attachment>): Content {
  const optional = defined({ url, fileName: filename, fileSizeBytes: fileSize, mimeType: mime })
  return { type: 'attachment', id, mediaType: mediaType ?? 'File', ...optional }
}

function quickReply({ text, payload, image }: z.infer<typeof Button>): Content {
  return { type: 'quick-reply', text, payload, ...defined({ imageUrl: image }) }
}

function card({ title, description, image, actions }: z.infer<typeof CardBody>): Card {
  return { title, ...defined({ description, imageUrl: image }), actions: actions.map(cardAction) }
}

function cardAction(action: z.infer<typeof Action>): CardAction {
  return action.type === 'Link' ? { ...action, type: 'link' } : { ...action, type: 'postback' }
}

function datePicker({ availableTimes, ...rest }: z.infer<typeof DatePicker>): Content {
  const times = availableTimes.map(({ dateTime, duration }) => ({ dateTime, durationSeconds: duration }))
  return { type: 'date-picker', ...defined(rest), availableTimes: times }
}

/** Without the keys whose value is undefined, which our optional fields must not have. */
function defined<T extends object>(fields: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never
}
