import type { ChatProblem, GuestChat } from '../chat-client.ts'
import { h, toggle } from './dom.ts'
import { icon } from './icons.ts'
import { problemText, type Texts } from './texts/texts.ts'

export interface Notice {
  readonly node: HTMLElement
  update(problem: ChatProblem | undefined): void
}

/** One line above the composer for what the guest has to know of the whole chat. */
export function createNotice(chat: GuestChat, texts: Texts, onRetry: () => void): Notice {
  const words = h('span')
  const retry = h('button', { type: 'button', class: 'link', onclick: onRetry }, texts.retry)
  const sign = h('span', { class: 'notice-icon' }, icon('alert'))
  const node = h('div', { class: 'notice', role: 'status' }, sign, words, retry)
  return {
    node,
    update(problem) {
      const text = problem ? problemText(texts, problem.code) : stateText(chat, texts)
      if (words.textContent !== text) words.textContent = text
      toggle(retry, problem !== undefined)
      toggle(sign, problem !== undefined)
      node.classList.toggle('empty', text === '')
      node.classList.toggle('trouble', problem !== undefined)
    },
  }
}

function stateText(chat: GuestChat, texts: Texts): string {
  if (chat.connection === 'offline' && chat.state !== 'ended') return texts.offline
  return chat.state === 'disconnected' ? texts.agentLeft : ''
}
