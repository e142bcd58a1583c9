import type { ChatMessage } from '../../client/chat-client.ts'

/** In place of a message, for a form that none has brought. */
export const NO_MESSAGE: ChatMessage = {
  id: '',
  key: '',
  time: '',
  direction: 'outbound',
  type: 'structured',
  sender: 'bot',
  status: 'sent',
}
