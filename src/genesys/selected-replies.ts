import type { ButtonReply, OutgoingMessage } from './guest-api.ts'

/** What a message chooses of something that was offered; empty for one that is written freely. */
export function selectedReplies({ quickReply, button, date, list }: OutgoingMessage): readonly ButtonReply[] {
  if (list) return list.items
  const choice = quickReply ?? button ?? date
  return choice ? [choice] : []
}

/** Choices as one text, for where they can't be told apart. */
export function textsOf(choices: readonly ButtonReply[]): string {
  return choices.map(({ text }) => text).join(', ')
}
