import { selectedReplies, textsOf } from '../../../replies-of-message.ts'
import type { Message, OutgoingMessage, Reply } from '../../../guest-api.ts'
import type { LateAcknowledgements } from '../connection/late-acknowledgements.ts'
import type { StructuredMessage } from '../wire/frames.ts'
import { messageKey, readMessage } from '../wire/read-message.ts'
import { SEARCH_PAGE_SIZE, type ReservedReads } from './history.ts'

/** The point in the history after which a message must appear if it was accepted. */
export interface SearchAnchor {
  /** The key of an earlier message. */
  readonly afterKey: string | undefined
  /** Used if no such message is known. */
  readonly sinceMs: number
}

/** Genesys allows 10 reads of the history per minute and session. */
export const MAX_SEARCHED_PAGES = 4

/**
 * Searches the history back to the anchor. The message is recognized by its tracing id or, in an entry that has
 * none, by its content.
 */
export async function searchHistory(
  message: OutgoingMessage,
  anchor: SearchAnchor,
  options: {
    readonly reads: ReservedReads
    readonly lateAcknowledgements: LateAcknowledgements
    readonly deadlineAtMs: number
    readonly now: () => number
    readonly maxPages: number
    /** Called before the second page is read. */
    readonly onSecondPage: () => void
  },
): Promise<Message | undefined> {
  const { reads, lateAcknowledgements, deadlineAtMs, now, maxPages, onSecondPage } = options
  let isPastAnchor = false
  for (let pageNumber = 1; pageNumber <= maxPages && !isPastAnchor; pageNumber++) {
    if (pageNumber === 2) onSecondPage()
    const entities = await reads.newest(deadlineAtMs, pageNumber)
    for (const entity of entities) {
      const found = readMessage(entity, now())
      isPastAnchor ||= isAtAnchor(entity, found, anchor)
      if (found?.direction !== 'inbound') continue
      const sentAs = entity.metadata?.tracingId
      if (sentAs === message.tracingId) return found
      const mayBeOurs = sentAs === undefined && !isPastAnchor && hasSameContent(found, message)
      if (mayBeOurs && !lateAcknowledgements.belongsToAnother(message.tracingId, found)) return found
    }
    if (entities.length < SEARCH_PAGE_SIZE) return undefined
  }
  return undefined
}

function isAtAnchor(
  entity: StructuredMessage,
  found: Message | undefined,
  { afterKey, sinceMs }: SearchAnchor,
): boolean {
  if (afterKey !== undefined) return messageKey(entity) === afterKey || entity.id === afterKey
  return found !== undefined && Date.parse(found.time) < sinceMs
}

/** If Genesys returns no tracing id, a message is recognized by its content. */
function hasSameContent(found: Message, sent: OutgoingMessage): boolean {
  const content = found.content ?? []
  const choices = selectedReplies(sent)
  const foundChoices = content.flatMap((part): readonly Reply[] => {
    if (part.type === 'form-response') return part.answers
    return part.type === 'button-response' ? [part] : []
  })
  if (sent.form && found.inReplyTo !== sent.form.inReplyTo) return false
  if (
    choices.length > 0 &&
    foundChoices.length > 0 &&
    !sameSet(payloadsOf(foundChoices), payloadsOf(choices))
  )
    return false
  const foundText = found.text ?? textsOf(foundChoices)
  const foundFiles = content.flatMap((part) => (part.type === 'attachment' ? [part.id] : []))
  const sentText = (sent.text ?? (sent.list ?? sent.form)?.text) || textsOf(choices)
  return foundText.trim() === sentText.trim() && sameSet(foundFiles, sent.attachmentIds ?? [])
}

const payloadsOf = (choices: readonly Reply[]) => choices.map(({ payload }) => payload)

function sameSet(some: readonly string[], others: readonly string[]): boolean {
  return some.length === others.length && some.every((id) => others.includes(id))
}
