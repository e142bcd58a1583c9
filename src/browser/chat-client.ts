import { uploadFile } from './attachments.ts'
import { createListeners } from './chat-listeners.ts'
import { asProblem, ChatProblem, isEnd } from './chat-problem.ts'
import type {
  Capability,
  ChangedAttributes,
  Deployment,
  Message,
  MessagePage,
  SessionDescription,
} from './contract.ts'
import type { ChatEvents, ChatState, GuestChat, GuestChatOptions } from './guest-chat.ts'
import { createHistory } from './history.ts'
import { followLiveEvents } from './live-events.ts'
import { createOutbox } from './outbox.ts'
import { isOffline, onWake } from './patience.ts'
import { createRequests } from './requests.ts'
import { openOrResume } from './session-opening.ts'
import { renewInTime } from './session-renewal.ts'
import type { ServerSentEvent } from './sse-parser.ts'
import { createTokenStore } from './token-store.ts'
import { createTranscript } from './transcript.ts'
import { createTypingIndicator, throttleTyping } from './typing.ts'

export { ChatProblem }
export type * from './contract.ts'
export type * from './guest-chat.ts'
export type { UploadOptions } from './attachments.ts'
export type { ProblemCode } from './chat-problem.ts'
export type { StorageChoice, TokenStorage } from './token-store.ts'
export type { ChatMessage } from './transcript.ts'

/** How long a passing failure is answered by another try. */
const WAIT_FOR_MS = 20_000
const READ_FOR_MS = 60_000

/**
 * Makes a conversation with the service; nothing is sent before `open` or `send`.
 *
 * @example
 * const chat = createGuestChat({ storage: 'session', guest: { name: 'Jane Doe' } })
 * chat.on('message', ({ sender, text }) => console.log(sender, text))
 * await chat.send('Hello')
 */
export function createGuestChat(options: GuestChatOptions = {}): GuestChat {
  const tokens = createTokenStore(options.storage ?? 'memory', options.storageKey ?? 'genesys-guest-session')
  const requests = createRequests({
    // The folder of this module. Bundlers would follow `new URL('.', import.meta.url)` to a folder of this package.
    baseUrl: options.baseUrl ?? import.meta.url.replace(/[^/]*$/, ''),
    fetch: options.fetch ?? ((...request) => fetch(...request)),
    tokens,
  })
  const { on, emit } = createListeners<ChatEvents>()
  const changed = () => emit('change', undefined)
  const transcript = createTranscript(changed)
  const typing = createTypingIndicator<'agent' | 'bot'>(changed)
  const tellTyping = throttleTyping(() => void call('POST', 'typing').catch(() => undefined))

  let state: ChatState = 'closed'
  let live = false
  let session: SessionDescription | undefined
  let opening: Promise<SessionDescription> | undefined
  let { userToken } = options
  /** Ends with the session, or when the page closes the chat. */
  let life = new AbortController()
  let history = newHistory()

  const outbox = createOutbox({
    requests,
    transcript,
    async ready() {
      if (state === 'ended') throw new ChatProblem('session_ended')
      await open()
      return life.signal
    },
    onSent(message) {
      if (message) emit('message', message)
      if (state === 'disconnected') setState('open')
    },
    onProblem: heed,
  })

  function setState(next: ChatState): void {
    state = next
    changed()
  }

  function setLive(next: boolean): void {
    live = next
    changed()
  }

  function can(capability: Capability): boolean {
    return session?.capabilities.includes(capability) ?? false
  }

  function leave(next: ChatState): void {
    life.abort(new ChatProblem('chat_closed'))
    live = false
    typing.hide()
    setState(next)
  }

  function finish(): void {
    tokens.forget()
    leave('ended')
  }

  /** Some refusals say that the conversation is over. */
  function heed(problem: ChatProblem): void {
    if (problem.code === 'session_read_only') setState('read-only')
    else if (mayReopen(problem)) void reopen().catch(() => undefined)
    else if (isEnd(problem)) finish()
  }

  /** A verified visitor's token lives some minutes; asleep for longer, the page resumes with a fresh JWT. */
  function mayReopen({ code }: ChatProblem): boolean {
    return code === 'session_invalid' && userToken !== undefined && state !== 'opening'
  }

  async function call(method: string, path: string, json?: unknown, repeatForMs = 0): Promise<unknown> {
    try {
      return await requests.call(method, path, { json, repeatForMs, signal: life.signal })
    } catch (error) {
      heed(asProblem(error))
      throw error
    }
  }

  async function open(startNew = false): Promise<SessionDescription> {
    if (opening) return opening
    if (session && !startNew && ['open', 'disconnected', 'read-only'].includes(state)) return session
    opening = begin(startNew)
    try {
      return await opening
    } finally {
      opening = undefined
    }
  }

  async function begin(startNew: boolean): Promise<SessionDescription> {
    leave('opening')
    life = new AbortController()
    const { signal } = life
    try {
      session = await openOrResume(
        { guest: options.guest, userToken },
        { requests, tokens },
        startNew,
        signal,
      )
      signal.throwIfAborted()
    } catch (error) {
      if (!signal.aborted) setState('closed')
      throw asProblem(error)
    }
    history = newHistory()
    if (session.state === 'new') transcript.clear()
    setState(session.state === 'read-only' ? 'read-only' : 'open')
    renewInTime(session, renew, signal)
    if (can('live-events')) follow(signal)
    else catchUp()
    return session
  }

  /** A visitor whose token can't be renewed by use is verified anew. */
  async function renew(): Promise<SessionDescription> {
    const before = tokens.read()
    session = (await call('GET', 'guest-session')) as SessionDescription
    return userToken === undefined || tokens.read() !== before ? session : reopen()
  }

  function reopen(): Promise<SessionDescription> {
    opening ??= begin(false).finally(() => (opening = undefined))
    return opening
  }

  function follow(signal: AbortSignal): void {
    const stop = followLiveEvents({
      open: (headers, abort) => requests.stream('events', headers, abort),
      onEvent: heard,
      onConnected(fresh) {
        setLive(true)
        if (fresh) catchUp()
      },
      onLost: () => setLive(false),
      onStopped(problem) {
        setLive(false)
        if (problem === undefined) finish()
        else if (mayReopen(problem) || isEnd(problem)) heed(problem)
        else emit('problem', problem)
      },
    })
    const stopListening = onWake(changed)
    signal.addEventListener('abort', () => {
      stop()
      stopListening()
    })
  }

  function heard({ event, data }: ServerSentEvent): void {
    const detail = JSON.parse(data) as Message & { state: string; durationMs: number }
    if (event === 'message') {
      if (detail.direction === 'outbound') typing.hide()
      merge([detail], true)
    } else if (event === 'typing') typing.show(detail.sender as 'agent' | 'bot', detail.durationMs)
    else if (event === 'resync') catchUp()
    else if (event === 'session') {
      if (detail.state === 'cleared' || detail.state === 'expired') finish()
      else if (detail.state === 'read-only' || detail.state === 'disconnected') setState(detail.state)
      else setLive(detail.state === 'connected')
    }
  }

  function merge(messages: readonly Message[], isNews: boolean): number {
    const added = transcript.merge(messages, isNews)
    if (isNews) for (const message of added) emit('message', message)
    return added.length
  }

  function newHistory() {
    const { signal } = life
    return createHistory({
      async read(path) {
        const page = (await call('GET', path, undefined, READ_FOR_MS)) as MessagePage
        signal.throwIfAborted()
        return page
      },
      merge,
    })
  }

  /** What can't be read now comes with the next look into the history; live events go on meanwhile. */
  function catchUp(): void {
    if (can('history')) void history.catchUp().catch(() => undefined)
  }

  return {
    get state() {
      return state
    },
    get connection() {
      return isOffline() ? 'offline' : live ? 'online' : 'connecting'
    },
    get session() {
      return session
    },
    get messages() {
      return transcript.messages
    },
    get typing() {
      return typing.sender
    },
    get hasEarlier() {
      return history.hasEarlier
    },
    get canResume() {
      return tokens.read() !== undefined
    },
    on,
    can,
    open: () => open(),
    send: (message, { idempotencyKey } = {}) =>
      outbox.send(typeof message === 'string' ? { text: message } : message, idempotencyKey),
    retry: (key) => outbox.repeat(key),
    discard: (key) => outbox.discard(key),
    notifyTyping() {
      if (state === 'open' && can('typing')) tellTyping()
    },
    async upload(file, uploading = {}) {
      await open()
      return uploadFile(requests, file, session?.limits, { ...uploading, fetch: options.fetch })
    },
    async attachmentUrl(id) {
      return ((await call('GET', `attachments/${encodeURIComponent(id)}`)) as { url: string }).url
    },
    async deleteAttachment(id) {
      await call('DELETE', `attachments/${encodeURIComponent(id)}`)
    },
    async setAttributes(attributes) {
      await open()
      return (await call('PUT', 'guest-attributes', { attributes }, WAIT_FOR_MS)) as ChangedAttributes
    },
    async loadEarlier() {
      await history.loadEarlier()
      return history.hasEarlier
    },
    deployment: async () =>
      (await requests.call('GET', 'deployment', { repeatForMs: WAIT_FOR_MS })) as Deployment,
    async end() {
      // Not with this life's signal: the live events often tell of the end before the answer does.
      await requests.call('DELETE', 'guest-session').catch((error: unknown) => {
        if (!isEnd(asProblem(error))) throw error
      })
      finish()
    },
    startNew: () => open(true),
    async identify(next) {
      userToken = next ?? undefined
      await open()
      try {
        session = (await call('POST', 'guest-session', { userToken: next })) as SessionDescription
        return session
      } catch (error) {
        if (!isEnd(asProblem(error))) throw error
        return open(true)
      }
    },
    close() {
      outbox.stop()
      leave('closed')
    },
  }
}
