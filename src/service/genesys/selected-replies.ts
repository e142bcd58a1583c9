import type { OutgoingMessage, Reply } from './guest-api.ts'

/** What a message chooses of something that was offered; empty for one that is written freely. */
export function selectedReplies(message: OutgoingMessage): readonly Reply[] {
  const { quickReply, button, date, list, form } = message
  if (list) return list.items
  if (form) return form.answers
  const choice = quickReply ?? button ?? date
  return choice ? [choice] : []
}

/** Choices as one text, for where they can't be told apart. */
export function textsOf(choices: readonly Reply[]): string {
  return choices.map(({ text }) => text).join(', ')
}
