import { daysOf } from './entries.ts'
import type { Locale } from './locale.ts'
import type { Conversation } from './read-conversation.ts'

/** Each line of a message is indented, so that none can look like the beginning of another message. */
const INDENT = '    '

export function textFile(conversation: Conversation, locale: Locale): string {
  const { texts, timeZone } = locale
  const lines = [texts.title, `${texts.timeZone}: ${timeZone}`]
  if (!conversation.isComplete) lines.push('', texts.incomplete)
  if (conversation.messages.length === 0) lines.push('', texts.empty)
  for (const { name, entries } of daysOf(conversation, locale)) {
    lines.push('', name)
    for (const entry of entries) {
      lines.push('', `${entry.timeOfDay}  ${entry.name}`, ...entry.lines.map((line) => INDENT + line))
    }
  }
  return `${lines.join('\n')}\n`
}
