import type { ChatMessage } from '../../client/chat-client.ts'

/** A placeholder for the message of a form that did not arrive in a message. */
export const NO_MESSAGE: ChatMessage = {
  id: '',
  key: '',
  time: '',
  direction: 'outbound',
  type: 'structured',
  sender: 'bot',
  status: 'sent',
}
