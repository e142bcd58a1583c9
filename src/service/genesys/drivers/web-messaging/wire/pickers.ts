import * as z from 'zod'
import type { Content, DateChoice, DateFormat, ListChoice, Place, Prompt } from '../../../guest-api.ts'
import { Address, Picture, defined, listOf, maybe } from './json-schemas.ts'

/** The schemas for date and list pickers, alone and in forms. Source: `swagger.json` in Genesys' Java SDK. */

const ReceivedReplyMessage = z.object({
  header: maybe(z.string()),
  title: maybe(z.string()),
  subtitle: maybe(z.string()),
  imageUrl: maybe(Picture),
  buttonLabel: maybe(z.string()),
})

/** Undefined for an empty prompt. */
export const PromptSchema = maybe(
  ReceivedReplyMessage.transform((message): Prompt | undefined => {
    const prompt = defined(message)
    return Object.keys(prompt).length > 0 ? prompt : undefined
  }),
)

/** Genesys: a date picker's place needs no name. */
export const LocationSchema = z
  .object({
    text: z.string().catch(''),
    address: maybe(z.string()),
    url: maybe(Address),
    latitude: maybe(z.number()),
    longitude: maybe(z.number()),
  })
  .transform(({ text, ...rest }): Place => {
    const place = defined(rest)
    return { text: text || nameOf(place), ...place }
  })
  .refine(({ text }) => text !== '')

function nameOf({ address, url, latitude, longitude }: Omit<Place, 'text'>): string {
  const isPoint = latitude !== undefined && longitude !== undefined
  return address || url || (isPoint ? `${latitude}, ${longitude}` : '')
}

const DATE_FORMATS: Readonly<Record<string, DateFormat>> = {
  dayMonthYear: 'day-month-year',
  monthDayYear: 'month-day-year',
  yearMonthDay: 'year-month-day',
}

const AvailableTime = z
  .object({ dateTime: z.string(), duration: z.number().catch(0) })
  .transform(({ dateTime, duration }) => ({ dateTime, durationSeconds: duration }))

const DatePickerFields = z.object({
  id: maybe(z.string()),
  title: maybe(z.string()),
  subtitle: maybe(z.string()),
  imageUrl: maybe(Picture),
  dateMinimum: maybe(z.string()),
  dateMaximum: maybe(z.string()),
  dateDisplayFormat: maybe(z.string()),
  location: maybe(LocationSchema),
  availableTimes: listOf(AvailableTime),
})

export const DatePicker = DatePickerFields.transform(
  ({
    id,
    dateDisplayFormat = '',
    availableTimes,
    ...rest
  }): { id: string | undefined; choice: DateChoice } => {
    const dateFormat = Object.hasOwn(DATE_FORMATS, dateDisplayFormat)
      ? DATE_FORMATS[dateDisplayFormat]
      : undefined
    return { id, choice: { ...defined({ ...rest, dateFormat }), availableTimes } }
  },
)

const ListItem = z
  .object({
    id: z.string(),
    title: z.string().catch(''),
    subtitle: maybe(z.string()),
    imageUrl: maybe(Picture),
  })
  .transform((item) => defined(item))

const ListSection = z.object({
  title: z.string().catch(''),
  multipleSelection: z.boolean().catch(false),
  items: listOf(ListItem),
})

export const ListPicker = z
  .object({
    id: maybe(z.string()),
    receivedMessage: PromptSchema,
    replyMessage: PromptSchema,
    sections: listOf(ListSection),
  })
  .transform(
    ({ id, receivedMessage, replyMessage, sections }): { id: string | undefined; choice: ListChoice } => ({
      id,
      choice: { ...defined({ prompt: receivedMessage, reply: replyMessage }), sections },
    }),
  )

/** The question as text: title (or header) and subtitle, one per line. */
export function promptText(parts: readonly Content[]): string | undefined {
  for (const part of parts) {
    const prompt = part.type === 'list-picker' || part.type === 'form' ? part.prompt : undefined
    const lines = [prompt?.title || prompt?.header, prompt?.subtitle].filter(Boolean)
    if (lines.length > 0) return lines.join('\n')
  }
  return undefined
}
