import type { Card, Content, Message, Place, Prompt } from '../../../contract/contract.ts'
import type { Conversation } from './read-conversation.ts'
import type { Locale } from './locale.ts'

/** A message as shown in a transcript file. */
export interface Entry {
  readonly sender: Message['sender']
  readonly name: string
  /** ISO 8601, UTC. */
  readonly time: string
  readonly timeOfDay: string
  readonly lines: readonly string[]
}

/** The messages of one day, in the guest's time zone. */
export interface Day {
  readonly name: string
  readonly entries: readonly Entry[]
}

export function daysOf({ messages }: Conversation, locale: Locale): readonly Day[] {
  const days: { readonly name: string; readonly entries: Entry[] }[] = []
  for (const message of messages) {
    const time = new Date(message.time)
    const name = locale.day(time)
    if (days.at(-1)?.name !== name) days.push({ name, entries: [] })
    days.at(-1)?.entries.push({
      sender: message.sender,
      name: singleLine(nameOf(message, locale)),
      time: message.time,
      timeOfDay: locale.timeOfDay(time),
      lines: linesOf(message, locale),
    })
  }
  return days
}

function nameOf({ sender, from }: Message, { texts }: Locale): string {
  return sender === 'guest' ? texts.guest : (from?.name ?? texts[sender])
}

function linesOf(message: Message, locale: Locale): readonly string[] {
  const parts = (message.content ?? []).flatMap((content) => partLines(content, locale))
  const { text = '' } = message
  // The text of a question or an answer repeats what is in its content: show it once.
  const all = [text, ...parts.filter((part) => !`\n${text}\n`.includes(`\n${part}\n`))]
  return all
    .flatMap((part) => visible(part).split(/\r\n|[\n\r\u2028\u2029]/))
    .filter((line) => line.trim() !== '')
}

/** A content part as the guest saw it, as text. */
function partLines(content: Content, locale: Locale): readonly string[] {
  const { texts } = locale
  switch (content.type) {
    case 'text':
      return [content.text]
    case 'attachment':
      return filled(`${texts.file}: ${content.fileName ?? content.mediaType}`, content.text)
    case 'quick-reply':
      return [choice(content.text)]
    case 'button-response':
      return [content.text]
    case 'card':
      return cardLines(content)
    case 'carousel':
      return content.cards.flatMap(cardLines)
    case 'rich-link':
      return filled(content.text, content.urlLabel, content.url)
    case 'location':
      return placeLines(content)
    case 'date-picker':
      return [
        ...filled(content.title, content.subtitle),
        ...(content.location === undefined ? [] : placeLines(content.location)),
        ...content.availableTimes.map(({ dateTime }) => choice(momentOf(dateTime, locale))),
      ]
    case 'list-picker':
      return [
        ...promptLines(content.prompt),
        ...content.sections.flatMap(({ title, items }) => [
          ...filled(title),
          ...items.map((item) => choice(item.title)),
        ]),
      ]
    case 'form':
      return promptLines(content.prompt ?? content.introduction)
    case 'form-response':
      return content.answers.map(({ text }) => choice(text))
    case 'unsupported':
      return [texts.unsupported]
  }
}

function cardLines({ title, description, actions }: Card): readonly string[] {
  return [...filled(title, description), ...actions.map(({ text }) => choice(text))]
}

function promptLines(prompt: Prompt | undefined): readonly string[] {
  return filled(prompt?.header, prompt?.title, prompt?.subtitle)
}

/** The name of a place may be its address. */
function placeLines({ text, address, url }: Place): readonly string[] {
  return [...new Set(filled(text, address, url))]
}

function momentOf(dateTime: string, locale: Locale): string {
  const time = new Date(dateTime)
  return Number.isNaN(time.getTime()) ? dateTime : `${locale.day(time)}, ${locale.timeOfDay(time)}`
}

const choice = (text: string) => `• ${text}`

function filled(...texts: readonly (string | undefined)[]): readonly string[] {
  return texts.filter((text) => text !== undefined && text !== '') as readonly string[]
}

function singleLine(name: string): string {
  return visible(name).replace(/\s+/g, ' ')
}

/**
 * Removes control characters, which a terminal would interpret, and characters that change the direction of the text
 * around them.
 */
function visible(text: string): string {
  // eslint-disable-next-line no-control-regex -- control characters are what is removed
  return text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, '')
}
