import type { ChatMessage } from '../../client/chat-client.ts'

/** A placeholder for forms that did not arrive in a message, such as the pre-chat form. */
export const NO_MESSAGE: ChatMessage = {
  id: '',
  key: '',
  time: '',
  direction: 'outbound',
  type: 'structured',
  sender: 'bot',
  status: 'sent',
}
