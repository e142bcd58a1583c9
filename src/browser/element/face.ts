import type { ChatMessage } from '../client/chat-client.ts'
import { safeUrl } from './autolink.ts'
import { h } from './dom.ts'
import { icon } from './icons.ts'

/** The picture of a message's sender. Until it has loaded, or if there is none, a person's initial or an icon is shown. */
export function faceOf(message: ChatMessage | undefined): Node {
  const isBot = message?.sender === 'bot'
  // A bot is shown as an icon instead of a letter.
  const letter = isBot ? undefined : message?.from?.name?.codePointAt(0)
  const sign =
    letter === undefined ? icon(isBot ? 'bot' : 'chat') : String.fromCodePoint(letter).toUpperCase()
  const picture = safeUrl(message?.from?.image)
  const face = h('span', { class: 'face' }, sign)
  if (picture === undefined) return face
  const image = h('img', { src: picture, alt: '' })
  image.addEventListener('load', () => face.replaceChildren(image), { once: true })
  return face
}

/** The last message from an agent or a bot that names its sender. */
export function lastNamed(
  messages: readonly ChatMessage[],
  sender?: 'agent' | 'bot',
): ChatMessage | undefined {
  return messages
    .filter((message) => message.direction === 'outbound' && message.from?.name)
    .filter((message) => sender === undefined || message.sender === sender)
    .at(-1)
}
