import { randomUUID } from 'node:crypto'
import type { JourneyContext } from './journey-context.ts'
import { MINUTE_MS, RateWindow, SECOND_MS } from './limits.ts'
import { type Frame, type StructuredMessage, response } from '../socket/payloads.ts'
import type { Settings } from '../settings.ts'

/** The part of a guest's socket that a session needs. */
export interface Connection {
  send(frame: Frame, answerTo?: string): void
  /** Notifies the client that it is being dropped, and drops it. */
  close(reason?: 'signedIn'): void
}

export interface Participant {
  id: string
  purpose: 'customer' | 'acd' | 'agent'
  name: string
  /** Replaced, never modified, so that entries keep the attributes with which they arrived. */
  attributes: Record<string, string>
  communicationId: string
}

export interface Conversation {
  id: string
  session: GuestSession
  startedAtMs: number
  connected: boolean
  customer: Participant
  /** The queue, once a flow has transferred the guest to it. */
  acd: Participant | undefined
  isQueued: boolean
  agent: Participant
  typing: RateWindow
  /** The agent's steps that are still to be played, in order. */
  agentWork: Promise<void>
}

/** A message as the agent sees it: with the customer's participant data at that moment. */
export interface Entry {
  message: StructuredMessage
  conversation: Conversation | undefined
  attributes: Record<string, string>
  /** Genesys: true for an agent's or a bot's message if the guest had no open connection. */
  isUndelivered: boolean
}

/** The session of a guest token: the connections of one guest, and the messages. */
export class GuestSession {
  readonly id = randomUUID()
  /** The guest's identity in the contact center. */
  readonly externalContactId = randomUUID()
  readonly token: string
  readonly entries: Entry[] = []
  /** In the order of configuration, oldest first. */
  readonly connections = new Set<Connection>()
  readonly messages: RateWindow
  readonly historyCalls: RateWindow
  conversation: Conversation | undefined
  /** Used in the addresses of files from the agent. */
  baseUrl = ''
  expiresAtMs: number
  expired = false
  readOnly = false
  signedInAs: string | undefined
  journeyContext: JourneyContext | undefined
  loggedOut = false
  readonly #settings: Settings
  #lastTimeMs = 0

  constructor(token: string, settings: Settings) {
    const { limits, now } = settings
    this.token = token
    this.#settings = settings
    this.messages = new RateWindow(limits.messagesPerSecond, SECOND_MS, now)
    this.historyCalls = new RateWindow(limits.historyPerMinute, MINUTE_MS, now)
    this.expiresAtMs = now() + settings.sessionDurationSeconds * SECOND_MS
  }

  /** All open connections get all frames. */
  push(frame: Frame, answerTo?: string): void {
    for (const connection of [...this.connections]) connection.send(frame, answerTo)
  }

  /** A session's lifetime is counted from its last message. */
  extend(): void {
    this.expiresAtMs = this.#settings.now() + this.#settings.sessionDurationSeconds * SECOND_MS
  }

  /** Whether the session has expired; connected clients are notified once. */
  isOver(): boolean {
    if (this.expiresAtMs <= this.#settings.now()) this.expire()
    return this.expired
  }

  expire(): void {
    if (this.expired) return
    this.expired = true
    this.push(response('SessionExpiredEvent', {}))
  }

  /** In ISO 8601; no two messages of a session have the same time. */
  nextTime(): string {
    this.#lastTimeMs = Math.max(this.#settings.now(), this.#lastTimeMs + 1)
    return new Date(this.#lastTimeMs).toISOString()
  }
}
