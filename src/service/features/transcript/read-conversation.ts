import type { Message, MessagePage } from '../../../contract/contract.ts'
import { UpstreamError } from '../../errors/upstream-error.ts'

/** Genesys allows ten reads of the history per minute. */
const MAX_PAGES = 10
export const PAGE_SIZE = 100

export interface Conversation {
  /** Oldest first, each message once. */
  readonly messages: readonly Message[]
  /** False if there are earlier messages. */
  readonly isComplete: boolean
}

/**
 * Reads a conversation, newest messages first, as far back as Genesys allows. If the guest's page has already used some
 * of the minute's reads, the result has fewer of the earlier messages.
 */
export async function readConversation(
  readPage: (pageNumber: number) => Promise<MessagePage>,
): Promise<Conversation> {
  const pages: MessagePage[] = []
  let isComplete = false
  for (let pageNumber = 1; pageNumber <= MAX_PAGES && !isComplete; pageNumber++) {
    const page = await readPage(pageNumber).catch((error: unknown) => {
      const isLimit = error instanceof UpstreamError && error.code === 'upstream_rate_limited'
      if (isLimit && pages.length > 0) return undefined
      throw error
    })
    if (page === undefined) break
    pages.push(page)
    isComplete = pageNumber >= page.pageCount
  }
  // A message that arrives meanwhile shifts the pages: one message of a page is then also on the page that is read next.
  const byId = new Map(pages.toReversed().flatMap(({ messages }) => messages.map((each) => [each.id, each])))
  return { messages: [...byId.values()], isComplete }
}
