import type { ChatMessage } from '../../client/chat-client.ts'
import type { ChatView } from '../chat-view.ts'
import type { Part } from '../content-part.ts'
import { cardView, carouselView } from './card-view.ts'
import { formView } from './form-view.ts'
import { datePickerView, listPickerView, type Question } from './picker-view.ts'
import { locationView, richLinkView } from './place-view.ts'

export { structuredStyles } from './styles.ts'
export type { Question }

export type StructuredPart = Part<
  'card' | 'carousel' | 'date-picker' | 'list-picker' | 'form' | 'rich-link' | 'location'
>

/** Cards, pickers, forms, links and places. This bundle is loaded only when a conversation starts. */
export function structuredView(
  part: StructuredPart,
  message: ChatMessage,
  view: ChatView,
): Pick<Question, 'node'> & Partial<Question> {
  switch (part.type) {
    case 'card':
      return { node: cardView(part, view) }
    case 'carousel':
      return { node: carouselView(part.cards, view) }
    case 'date-picker':
      return datePickerView(part, message, view)
    case 'list-picker':
      return listPickerView(part, message, view)
    case 'form':
      return formView(part, message, view)
    case 'rich-link':
      return { node: richLinkView(part) }
    case 'location':
      return { node: locationView(part, view) }
  }
}
