import type { Message, MessagePage } from '../../contract/contract.ts'

const PAGE_SIZE = 25
const REPEAT_EARLIER_FOR_MS = 60_000

/** Reads a guest's earlier messages page by page, newest page first. */
export interface History {
  readonly hasEarlier: boolean
  /**
   * Reads pages until one contains a known message, however long the service is unavailable. The first call reads only
   * one page.
   */
  catchUp(): Promise<void>
  /** Reads one more page. */
  loadEarlier(): Promise<void>
}

/**
 * @param read requests a page from the service, and repeats the request after temporary failures
 * @param merge adds messages and returns how many were new; `isNew` is true for messages that were sent after the first
 * read, and for all messages of a new conversation
 */
export function createHistory(options: {
  readonly read: (path: string, repeatForMs: number) => Promise<MessagePage>
  readonly merge: (messages: readonly Message[], isNew: boolean) => number
  readonly isNewConversation: boolean
}): History {
  const { read, merge, isNewConversation } = options
  let pagesRead = 0
  let hasEarlier = false

  /** @returns whether to read on, which is the case if there is an older page and all messages on this page were new */
  async function readPage(pageNumber: number, isNew: boolean, repeatForMs: number): Promise<boolean> {
    const path = `messages?pageSize=${PAGE_SIZE}&pageNumber=${pageNumber}`
    const { messages, pageCount } = await read(path, repeatForMs)
    pagesRead = Math.max(pagesRead, pageNumber)
    hasEarlier = pagesRead < pageCount
    return merge(messages, isNew) === messages.length && pageNumber < pageCount
  }

  return {
    get hasEarlier() {
      return hasEarlier
    },
    async catchUp() {
      const isFirst = pagesRead === 0
      const isNew = !isFirst || isNewConversation
      for (let number = 1; (await readPage(number, isNew, Infinity)) && !isFirst; number++);
    },
    async loadEarlier() {
      if (hasEarlier) await readPage(pagesRead + 1, false, REPEAT_EARLIER_FOR_MS)
    },
  }
}
