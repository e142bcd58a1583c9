import type { ChatMessage } from '../../client/chat-client.ts'

/** A placeholder for the message, for a form that did not come with one. */
export const NO_MESSAGE: ChatMessage = {
  id: '',
  key: '',
  time: '',
  direction: 'outbound',
  type: 'structured',
  sender: 'bot',
  status: 'sent',
}
