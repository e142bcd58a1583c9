import type { OutgoingMessage, Reply } from './guest-api.ts'

/** The replies that a message selects from an offer; empty for free text. */
export function selectedReplies(message: OutgoingMessage): readonly Reply[] {
  const { quickReply, button, date, list, form } = message
  if (list) return list.items
  if (form) return form.answers
  const choice = quickReply ?? button ?? date
  return choice ? [choice] : []
}

/** The selected replies as one text, for APIs that cannot represent them separately. */
export function textsOf(choices: readonly Reply[]): string {
  return choices.map(({ text }) => text).join(', ')
}
