import type { ChatMessage, OutgoingMessage } from '../client/chat-client.ts'
import type { Texts } from './texts/texts.ts'

/** The texts, formats and actions that all parts of the panel share. */
export interface ChatView {
  readonly texts: Texts
  /** The locale for dates and numbers, such as `en-GB`. */
  readonly locale: string
  /** Sends the message; failures are shown next to the message. */
  reply(message: OutgoingMessage): void
  retry(message: ChatMessage): void
  discard(message: ChatMessage): void
  /** Returns a fresh address for a file; the addresses in messages expire after a few minutes. */
  fileUrl(attachmentId: string): Promise<string>
  /** Called when a file could not be opened. */
  onFileProblem(): void
}

/** `12:30`, in the locale's format. */
export function timeOfDay(time: Date, locale: string): string {
  return new Intl.DateTimeFormat(locale, { hour: 'numeric', minute: '2-digit' }).format(time)
}

/** `Today`, `Yesterday`, or `Monday, 5 January`. */
export function dayName(
  time: Date,
  { texts, locale }: Pick<ChatView, 'texts' | 'locale'>,
  now = new Date(),
): string {
  const daysAgo = Math.round((startOfDay(now) - startOfDay(time)) / 86_400_000)
  if (daysAgo === 0) return texts.today
  if (daysAgo === 1) return texts.yesterday
  return new Intl.DateTimeFormat(locale, { weekday: 'long', day: 'numeric', month: 'long' }).format(time)
}

export function startOfDay(time: Date): number {
  return new Date(time.getFullYear(), time.getMonth(), time.getDate()).getTime()
}

/** `1.4 MB` or `812 bytes`, in the locale's format. */
export function fileSize(bytes: number, locale: string): string {
  const [unit, value] =
    bytes < 1000
      ? ['byte', bytes]
      : bytes < 1_000_000
        ? ['kilobyte', bytes / 1000]
        : ['megabyte', bytes / 1_000_000]
  const options = {
    style: 'unit',
    unit,
    unitDisplay: unit === 'byte' ? 'long' : 'short',
    maximumFractionDigits: value < 100 ? 1 : 0,
  } as const
  return new Intl.NumberFormat(locale, options).format(value)
}
