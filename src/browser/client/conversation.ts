import { createListeners } from './chat-listeners.ts'
import { asProblem, ChatProblem, isSessionOver } from './chat-problem.ts'
import type { Capability, Message, MessagePage, SessionDescription } from '../../contract/contract.ts'
import type { ChatEndReason, ChatEvents, ChatState, GuestChat, GuestChatOptions } from './guest-chat.ts'
import { createHistory, type History } from './history.ts'
import { followLiveEvents } from './live-events.ts'
import { createOutbox, type Outbox } from './outbox.ts'
import { onWake } from './backoff.ts'
import type { Requests } from './requests.ts'
import { openOrResume } from './session-opening.ts'
import { renewInTime } from './session-renewal.ts'
import type { ServerSentEvent } from './sse-parser.ts'
import type { TokenStore } from './token-store.ts'
import { createMessageList } from './message-list.ts'
import { createTypingIndicator } from './typing.ts'

interface Parts {
  readonly requests: Requests
  readonly tokens: TokenStore
  readonly options: GuestChatOptions
}

/** A guest session from its opening to its end, and everything that a page sees of it. */
export class Conversation {
  readonly listeners = createListeners<ChatEvents>()
  readonly messageList = createMessageList(() => this.changed())
  readonly typing = createTypingIndicator<'agent' | 'bot'>(() => this.changed())
  readonly outbox: Outbox
  state: ChatState = 'closed'
  isLive = false
  session: SessionDescription | undefined
  expiresSoonAt: string | undefined
  waiting: GuestChat['waiting']
  endReason: ChatEndReason | undefined
  /** The request headers of the ended session, which are needed to rate the conversation. */
  lastHeaders: Record<string, string> | undefined
  guest: GuestChatOptions['guest']
  userToken: GuestChatOptions['userToken']
  private readonly parts: Parts
  /** Aborted when the session ends, or when the page closes the chat. */
  private lifetime = new AbortController()
  history = this.newHistory()
  private opening: Promise<SessionDescription> | undefined
  /**
   * A sign-in invalidates earlier tokens. Requests that fail for this reason during the sign-in do not end
   * the session.
   */
  private isIdentifying = false
  /** Whether messages may be missing that the history contains. */
  private isBehind = false
  private isCatchingUp = false
  private stopFollowing = () => {}

  constructor(parts: Parts) {
    this.parts = parts
    this.guest = parts.options.guest
    this.userToken = parts.options.userToken
    this.outbox = createOutbox({
      requests: parts.requests,
      messageList: this.messageList,
      whenSessionReady: async () => {
        if (this.state === 'ended') throw new ChatProblem('session_ended')
        await this.open()
        return this.lifetime.signal
      },
      onSent: (message) => {
        if (message) this.listeners.emit('message', message)
        if (this.state === 'disconnected') this.setState('open')
      },
      onProblem: (problem) => this.applyProblem(problem),
    })
  }

  can(capability: Capability): boolean {
    return this.session?.capabilities.includes(capability) ?? false
  }

  async call(method: string, path: string, json?: object, repeatForMs = 0): Promise<unknown> {
    try {
      const { signal } = this.lifetime
      return await this.parts.requests.call(method, path, { json, repeatForMs, signal })
    } catch (error) {
      this.applyProblem(asProblem(error))
      throw error
    }
  }

  async open(startNew = false): Promise<SessionDescription> {
    const { opening, session } = this
    if (opening) return opening
    if (session && !startNew && ['open', 'disconnected', 'read-only'].includes(this.state)) return session
    const mine = (this.opening = this.openSession(startNew))
    try {
      return await mine
    } finally {
      if (this.opening === mine) this.opening = undefined
    }
  }

  /** Signs the visitor in or out, which may change the session. */
  async changeVisitor(path: 'guest-session' | 'sign-in', json: object): Promise<SessionDescription> {
    await this.open()
    this.isIdentifying = true
    this.stopFollowing()
    const outcome = await this.call('POST', path, json).then(
      (answer) => (this.session = answer as SessionDescription),
      asProblem,
    )
    this.isIdentifying = false
    const isRefused = outcome instanceof ChatProblem
    if (isRefused && path === 'guest-session' && isSessionOver(outcome)) return this.open(true)
    if (!isRefused && path === 'sign-in') {
      this.messageList.clear()
      this.history = this.newHistory()
    }
    if (this.can('live-events')) this.follow(this.lifetime.signal)
    if (!isRefused) return outcome
    this.applyProblem(outcome)
    throw outcome
  }

  end(reason?: ChatEndReason): void {
    const { requests, tokens } = this.parts
    if (this.state !== 'ended') this.lastHeaders = requests.headers()
    tokens.forget()
    this.endReason = reason
    this.disconnect('ended')
  }

  disconnect(next: ChatState): void {
    this.lifetime.abort(new ChatProblem('chat_closed'))
    this.opening = undefined
    this.isLive = false
    this.waiting = undefined
    this.typing.hide()
    this.setState(next)
  }

  private changed(): void {
    this.listeners.emit('change', undefined)
  }

  private setState(next: ChatState): void {
    this.state = next
    this.changed()
  }

  private setLive(next: boolean): void {
    this.isLive = next
    // After a reconnection, the service sends the waiting time again if it still has an estimate.
    if (!next) this.waiting = undefined
    this.changed()
  }

  /** Some problems mean that the conversation is over, or that the session must be reopened. */
  private applyProblem(problem: ChatProblem): void {
    if (problem.code === 'session_read_only') this.setState('read-only')
    else if (this.isIdentifying) return
    else if (this.mayReopen(problem)) void this.reopen().catch(() => undefined)
    else if (isSessionOver(problem)) this.end()
  }

  /**
   * A verified visitor's session token is valid for only a few minutes. If the device has slept for longer, the session
   * is reopened with a fresh JWT.
   */
  private mayReopen({ code }: ChatProblem): boolean {
    return code === 'session_invalid' && this.userToken !== undefined && this.state !== 'opening'
  }

  private async openSession(startNew: boolean): Promise<SessionDescription> {
    this.disconnect('opening')
    this.lifetime = new AbortController()
    this.expiresSoonAt = this.endReason = this.lastHeaders = undefined
    const { signal } = this.lifetime
    let session: SessionDescription
    try {
      session = await openOrResume(this, this.parts, startNew, signal)
      this.session = session
      signal.throwIfAborted()
    } catch (error) {
      if (!signal.aborted) this.setState('closed')
      throw asProblem(error)
    }
    // A bot may have answered before the live events are connected. A restarted conversation may have earlier messages.
    this.history = this.newHistory(session.state === 'new' && !startNew)
    if (session.state === 'new') this.messageList.clear()
    this.setState(session.state === 'read-only' ? 'read-only' : 'open')
    renewInTime(session, () => this.renew(), signal)
    if (this.can('live-events')) this.follow(signal)
    else void this.catchUp()
    return session
  }

  /**
   * A request usually renews the session token. If a verified visitor's token has not been renewed, the session is
   * reopened with a fresh JWT.
   */
  private async renew(): Promise<SessionDescription> {
    const { tokens } = this.parts
    const before = tokens.read()
    const session = (this.session = (await this.call('GET', 'guest-session')) as SessionDescription)
    return this.userToken === undefined || tokens.read() !== before ? session : this.reopen()
  }

  private reopen(): Promise<SessionDescription> {
    this.opening ??= this.openSession(false).finally(() => (this.opening = undefined))
    return this.opening
  }

  private follow(signal: AbortSignal): void {
    const stop = followLiveEvents({
      open: (init) => this.parts.requests.open('events', init),
      onEvent: (event) => this.onLiveEvent(event),
      onConnected: (fresh) => {
        this.setLive(true)
        if (fresh) void this.catchUp()
      },
      onLost: () => this.setLive(false),
      onHeldBack: () => void this.catchUp(),
      onStopped: (problem) => {
        this.setLive(false)
        if (problem === undefined) this.end()
        else if (this.mayReopen(problem) || isSessionOver(problem)) this.applyProblem(problem)
        else this.listeners.emit('problem', problem)
      },
    })
    const stopListening = onWake(() => this.changed())
    this.stopFollowing = () => {
      stop()
      stopListening()
    }
    signal.addEventListener('abort', this.stopFollowing)
  }

  private onLiveEvent({ event, data }: ServerSentEvent): void {
    const detail = JSON.parse(data) as Message & {
      state: string
      durationMs: number
      expiresAt?: string
      toMinutes?: number
    }
    if (event === 'message') {
      if (detail.direction === 'outbound') this.typing.hide()
      // Any message extends the session.
      this.expiresSoonAt = undefined
      this.merge([detail], true)
    } else if (event === 'typing') this.typing.show(detail.sender as 'agent' | 'bot', detail.durationMs)
    else if (event === 'sign-in' || event === 'offer') this.listeners.emit(event, detail as never)
    else if (event === 'waiting') {
      this.waiting = detail.toMinutes === undefined ? undefined : (detail as never)
      this.changed()
    } else if (event === 'resync') void this.catchUp()
    else if (event === 'session') {
      this.expiresSoonAt = detail.expiresAt
      if (detail.state === 'cleared') this.end('ended-by-guest')
      else if (detail.state === 'expired' || detail.state === 'signed-in-elsewhere') this.end(detail.state)
      else if (detail.state === 'read-only' || detail.state === 'disconnected') this.setState(detail.state)
      else this.setLive(detail.state === 'connected')
    }
  }

  private merge(messages: readonly Message[], isNew: boolean): number {
    const added = this.messageList.merge(messages, isNew)
    if (isNew) for (const message of added) this.listeners.emit('message', message)
    return added.length
  }

  private newHistory(isNewConversation = false): History {
    const { signal } = this.lifetime
    return createHistory({
      read: async (path, repeatForMs) => {
        const page = (await this.call('GET', path, undefined, repeatForMs)) as MessagePage
        signal.throwIfAborted()
        return page
      },
      merge: (messages, isNew) => this.merge(messages, isNew),
      isNewConversation,
    })
  }

  /** Reads the history until nothing can be missing. An error that is not temporary is ignored: live events continue. */
  private async catchUp(): Promise<void> {
    this.isBehind = this.can('history')
    if (this.isCatchingUp) return
    this.isCatchingUp = true
    while (this.isBehind) {
      this.isBehind = false
      await this.history.catchUp().catch(() => undefined)
    }
    this.isCatchingUp = false
  }
}
