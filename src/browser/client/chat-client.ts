import { uploadFile } from './attachments.ts'
import { createListeners } from './chat-listeners.ts'
import { asProblem, ChatProblem, isSessionOver } from './chat-problem.ts'
import type {
  Availability,
  Capability,
  ChangedAttributes,
  Deployment,
  Message,
  MessagePage,
  SessionDescription,
} from '../../contract/contract.ts'
import type { ChatEndReason, ChatEvents, ChatState, GuestChat, GuestChatOptions } from './guest-chat.ts'
import { createHistory } from './history.ts'
import { followLiveEvents } from './live-events.ts'
import { createOutbox } from './outbox.ts'
import { isOffline, onWake, retryNow } from './backoff.ts'
import { createRequests, folderUrl } from './requests.ts'
import { openOrResume } from './session-opening.ts'
import { renewInTime } from './session-renewal.ts'
import type { ServerSentEvent } from './sse-parser.ts'
import { createTokenStore } from './token-store.ts'
import { createTranscript } from './transcript.ts'
import { createTypingIndicator, throttleTyping } from './typing.ts'

export { ChatProblem }
export type * from '../../contract/contract.ts'
export type * from './guest-chat.ts'
export type { UploadOptions } from './attachments.ts'
export type { ProblemCode } from './chat-problem.ts'
export type { RequestOfPath } from './requests.ts'
export type { StorageChoice, TokenStorage } from './token-store.ts'
export type { ChatMessage } from './transcript.ts'

/** How long a transient failure is retried. */
const REPEAT_FOR_MS = 20_000
const REPEAT_READ_FOR_MS = 60_000

/**
 * Creates a conversation with the service; nothing is sent before `open` or `send`.
 *
 * @example const chat = createGuestChat({ storage: 'session', guest: { name: 'Jane Doe' } })
 * chat.on('message', ({ sender, text }) => console.log(sender, text)) await chat.send('Hello')
 */
export function createGuestChat(options: GuestChatOptions = {}): GuestChat {
  const baseUrl = folderUrl(options.baseUrl ?? moduleFolder(import.meta.url))
  const tokens = createTokenStore(options.storage ?? 'memory', {
    storageKey: options.storageKey ?? 'genesys-guest-session',
    baseUrl,
  })
  const requests = createRequests({
    ...options,
    baseUrl,
    fetch: options.fetch ?? ((...request) => fetch(...request)),
    tokens,
  })
  const { on, emit } = createListeners<ChatEvents>()
  const changed = () => emit('change', undefined)
  const transcript = createTranscript(changed)
  const typing = createTypingIndicator<'agent' | 'bot'>(changed)
  const sendTyping = throttleTyping(() => void call('POST', 'typing').catch(() => undefined))

  let state: ChatState = 'closed'
  let live = false
  let session: SessionDescription | undefined
  let expiresSoonAt: string | undefined
  let waiting: GuestChat['waiting']
  let endReason: ChatEndReason | undefined
  /** Of a session that has ended, which can still be rated. */
  let lastHeaders: Record<string, string> | undefined
  /**
   * A sign-in invalidates earlier tokens: requests that fail for this reason during the sign-in do not end
   * the session.
   */
  let isIdentifying = false
  let stopFollowing = () => {}
  let opening: Promise<SessionDescription> | undefined
  let { userToken, guest } = options
  /** Aborted when the session ends, or when the page closes the chat. */
  let lifetime = new AbortController()
  let history = newHistory()

  const outbox = createOutbox({
    requests,
    transcript,
    async ready() {
      if (state === 'ended') throw new ChatProblem('session_ended')
      await open()
      return lifetime.signal
    },
    onSent(message) {
      if (message) emit('message', message)
      if (state === 'disconnected') setState('open')
    },
    onProblem: applyProblem,
  })

  function setState(next: ChatState): void {
    state = next
    changed()
  }

  function setLive(next: boolean): void {
    live = next
    // The service sends the number again, if it still knows one.
    if (!live) waiting = undefined
    changed()
  }

  function can(capability: Capability): boolean {
    return session?.capabilities.includes(capability) ?? false
  }

  function disconnect(next: ChatState): void {
    lifetime.abort(new ChatProblem('chat_closed'))
    opening = undefined
    live = false
    waiting = undefined
    typing.hide()
    setState(next)
  }

  function endSession(reason?: ChatEndReason): void {
    if (state !== 'ended') lastHeaders = requests.headers()
    tokens.forget()
    endReason = reason
    disconnect('ended')
  }

  /** Some refusals mean that the conversation is over. */
  function applyProblem(problem: ChatProblem): void {
    if (problem.code === 'session_read_only') setState('read-only')
    else if (isIdentifying) return
    else if (mayReopen(problem)) void reopen().catch(() => undefined)
    else if (isSessionOver(problem)) endSession()
  }

  /** A verified visitor's token lives some minutes; after a longer sleep, the page resumes with a fresh JWT. */
  function mayReopen({ code }: ChatProblem): boolean {
    return code === 'session_invalid' && userToken !== undefined && state !== 'opening'
  }

  async function call(method: string, path: string, json?: unknown, repeatForMs = 0): Promise<unknown> {
    try {
      return await requests.call(method, path, { json, repeatForMs, signal: lifetime.signal })
    } catch (error) {
      applyProblem(asProblem(error))
      throw error
    }
  }

  async function open(startNew = false): Promise<SessionDescription> {
    if (opening) return opening
    if (session && !startNew && ['open', 'disconnected', 'read-only'].includes(state)) return session
    const mine = (opening = begin(startNew))
    try {
      return await mine
    } finally {
      if (opening === mine) opening = undefined
    }
  }

  async function begin(startNew: boolean): Promise<SessionDescription> {
    disconnect('opening')
    lifetime = new AbortController()
    expiresSoonAt = endReason = lastHeaders = undefined
    const { signal } = lifetime
    try {
      session = await openOrResume(
        { guest, userToken, solveChallenge: options.solveChallenge },
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

  /** A visitor whose token can't be renewed by use is verified again. */
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
      open: (init) => requests.open('events', init),
      onEvent: onLiveEvent,
      onConnected(fresh) {
        setLive(true)
        if (fresh) catchUp()
      },
      onLost: () => setLive(false),
      onStopped(problem) {
        setLive(false)
        if (problem === undefined) endSession()
        else if (mayReopen(problem) || isSessionOver(problem)) applyProblem(problem)
        else emit('problem', problem)
      },
    })
    const stopListening = onWake(changed)
    stopFollowing = () => {
      stop()
      stopListening()
    }
    signal.addEventListener('abort', stopFollowing)
  }

  function onLiveEvent({ event, data }: ServerSentEvent): void {
    const detail = JSON.parse(data) as Message & {
      state: string
      durationMs: number
      expiresAt?: string
      toMinutes?: number
    }
    if (event === 'message') {
      if (detail.direction === 'outbound') typing.hide()
      merge([detail], true)
    } else if (event === 'typing') typing.show(detail.sender as 'agent' | 'bot', detail.durationMs)
    else if (event === 'sign-in' || event === 'offer') emit(event, detail as never)
    else if (event === 'waiting') {
      waiting = detail.toMinutes === undefined ? undefined : (detail as never)
      changed()
    } else if (event === 'resync') catchUp()
    else if (event === 'session') {
      expiresSoonAt = detail.expiresAt
      if (detail.state === 'cleared') endSession('ended-by-guest')
      else if (detail.state === 'expired' || detail.state === 'signed-in-elsewhere') endSession(detail.state)
      else if (detail.state === 'read-only' || detail.state === 'disconnected') setState(detail.state)
      else setLive(detail.state === 'connected')
    }
  }

  function merge(messages: readonly Message[], isNew: boolean): number {
    // Any message extends the session.
    if (isNew) expiresSoonAt = undefined
    const added = transcript.merge(messages, isNew)
    if (isNew) for (const message of added) emit('message', message)
    return added.length
  }

  function newHistory() {
    const { signal } = lifetime
    return createHistory({
      async read(path) {
        const page = (await call('GET', path, undefined, REPEAT_READ_FOR_MS)) as MessagePage
        signal.throwIfAborted()
        return page
      },
      merge,
    })
  }

  /** The guest becomes another person, who may have another session. */
  async function changeVisitor(
    path: 'guest-session' | 'sign-in',
    json: unknown,
  ): Promise<SessionDescription> {
    await open()
    isIdentifying = true
    stopFollowing()
    const outcome = await call('POST', path, json).then(
      (answer) => (session = answer as SessionDescription),
      asProblem,
    )
    isIdentifying = false
    const isRefused = outcome instanceof ChatProblem
    if (isRefused && path === 'guest-session' && isSessionOver(outcome)) return open(true)
    if (!isRefused && path === 'sign-in') {
      transcript.clear()
      history = newHistory()
    }
    if (can('live-events')) follow(lifetime.signal)
    if (!isRefused) return outcome
    applyProblem(outcome)
    throw outcome
  }

  /** Messages that can't be read now are read with the next read of the history; live events continue. */
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
    get expiresSoonAt() {
      return expiresSoonAt
    },
    get waiting() {
      return waiting
    },
    get endReason() {
      return endReason
    },
    get canResume() {
      return tokens.read() !== undefined
    },
    on,
    can,
    open(details) {
      guest = { ...guest, ...details }
      return open()
    },
    send: (message, { idempotencyKey } = {}) =>
      outbox.send(typeof message === 'string' ? { text: message } : message, idempotencyKey),
    retry: (key) => outbox.repeat(key),
    discard: (key) => outbox.discard(key),
    notifyTyping() {
      if (state === 'open' && can('typing')) sendTyping()
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
    fetch: (path, init) => requests.open(path, { ...init, headers: { ...lastHeaders, ...init?.headers } }),
    async setAttributes(attributes) {
      await open()
      return call('PUT', 'guest-attributes', { attributes }, REPEAT_FOR_MS) as Promise<ChangedAttributes>
    },
    async loadEarlier() {
      await history.loadEarlier()
      return history.hasEarlier
    },
    deployment: () =>
      requests.call('GET', 'deployment', { repeatForMs: REPEAT_FOR_MS }) as Promise<Deployment>,
    availability: () => requests.call('GET', 'availability') as Promise<Availability>,
    async end() {
      // Not with this lifetime's signal: the live events often report the end before the response arrives.
      await requests.call('DELETE', 'guest-session').catch((error: unknown) => {
        if (!isSessionOver(asProblem(error))) throw error
      })
      endSession('ended-by-guest')
    },
    startNew: () => open(true),
    retryNow,
    identify(next) {
      userToken = next ?? undefined
      return changeVisitor('guest-session', { userToken: next })
    },
    signIn: (grant) => changeVisitor('sign-in', grant),
    async signOut() {
      await requests.call('DELETE', 'sign-in')
      endSession()
    },
    close() {
      outbox.stop()
      disconnect('closed')
    },
  }
}

/**
 * Not `new URL('.', import.meta.url)`, which bundlers treat as an asset. In a bundle, the module may have no
 * web address: then the service is expected at the root of the page's own site.
 */
function moduleFolder(moduleUrl: string): string {
  return /^https?:/.test(moduleUrl) ? moduleUrl.slice(0, moduleUrl.lastIndexOf('/') + 1) : '/'
}
