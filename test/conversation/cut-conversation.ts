import { randomBytes } from 'node:crypto'
import { createGuestChat } from '../../src/browser/client/chat-client.ts'
import type { GuestChat } from '../../src/browser/client/guest-chat.ts'
import { startSimulator, type Simulator } from '../../src/simulator/simulator.ts'
import { startTogether, type Running } from '../start-service.ts'
import { asSite, changed, memoryStorage } from './site.ts'

/** The ways in which a conversation is interrupted. */
export const CUTS = ['socket', 'restart', 'reload', 'socket and reload', 'restart and reload'] as const
export type Cut = (typeof CUTS)[number]

/** One line of a conversation, as either side sees it. */
export interface Line {
  readonly sender: 'guest' | 'agent' | 'bot'
  readonly text: string | undefined
  readonly time: string
}

/** A guest's page with the real client, the real service and the simulator, over real sockets. */
export interface CutConversation {
  readonly genesys: Simulator
  /** The page's client; a new one after a reload. */
  readonly chat: GuestChat
  /** Interrupts the conversation; `meanwhile` runs during the interruption. */
  cut(how: Cut, meanwhile?: () => void): Promise<void>
  /** The agent's side: the conversation without any interruption. */
  said(): Line[]
  /** What the page shows. */
  shown(): Line[]
  /** Resolves when the page shows `count` messages, or after a timeout. */
  showing(count: number): Promise<void>
  /** Ids of the messages that the same client reported twice to the page. */
  readonly reportedTwice: string[]
  stop(): Promise<void>
}

export async function startCutConversation(): Promise<CutConversation> {
  const genesys = await startSimulator({ agent: 'silent', limits: false })
  const settings: Record<string, string> = {
    SESSION_KEYS: randomBytes(32).toString('base64'),
    UPSTREAM_TIMEOUT_MS: '1500',
    DRAIN_MS: '50',
  }
  let running: Running = await startTogether({ genesys, settings })
  settings['PORT'] = String(running.service.port)
  const storage = memoryStorage()
  const reportedTwice: string[] = []
  let chat = newPage()

  /** Opens the website in a tab; only the storage of an earlier tab is kept. */
  function newPage(): GuestChat {
    const page = createGuestChat({
      baseUrl: running.url,
      storage,
      fetch: asSite,
    })
    const reported = new Set<string>()
    page.on('message', ({ id }) => {
      if (reported.has(id)) reportedTwice.push(id)
      reported.add(id)
    })
    return page
  }

  async function cut(how: Cut, meanwhile: () => void = () => undefined): Promise<void> {
    const reloads = how.endsWith('reload')
    if (reloads) chat.close()
    if (how.startsWith('socket')) genesys.dropSockets()
    if (how.startsWith('restart')) await running.stop()
    meanwhile()
    if (how.startsWith('restart')) running = await startTogether({ genesys, settings })
    if (!reloads) return
    chat = newPage()
    await chat.open()
  }

  return {
    genesys,
    get chat() {
      return chat
    },
    cut,
    reportedTwice,
    said: () =>
      genesys
        .transcript()
        .filter(({ type }) => type !== 'Event')
        .map(({ sender, text, time }) => ({ sender, text, time })),
    shown: () =>
      chat.messages
        .filter(({ status }) => status === 'sent')
        .map(({ sender, text, time }) => ({ sender, text, time })),
    showing: (count) => changed(chat, () => chat.messages.length >= count),
    async stop() {
      chat.close()
      await running.stop()
      await genesys.close()
    },
  }
}
