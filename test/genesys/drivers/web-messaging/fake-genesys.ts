import { EventEmitter } from 'node:events'
import { jest } from '@jest/globals'
import { UpstreamError } from '../../../../src/service/errors/upstream-error.ts'
import type { WebSocket } from 'ws'
import type { ConnectionSettings } from '../../../../src/service/genesys/drivers/web-messaging/connection/guest-connection.ts'
import { createGuestConnections } from '../../../../src/service/genesys/drivers/web-messaging/connection/guest-connections.ts'
import { ConnectionRateLimiter } from '../../../../src/service/genesys/drivers/web-messaging/connection/connection-rate-limiter.ts'
import { createSessionReader } from '../../../../src/service/genesys/drivers/web-messaging/connection/session-state.ts'

const CONNECTING = 0
const OPEN = 1
const CLOSED = 3

/** The parts of a WebSocket that the driver uses, without a network. The test plays the role of Genesys. */
export class FakeSocket extends EventEmitter {
  readonly OPEN = OPEN
  readyState = CONNECTING
  readonly sent: Record<string, unknown>[] = []
  pings = 0
  readonly origin: string | undefined

  constructor(origin: string | undefined) {
    super()
    this.origin = origin
  }

  send(text: string): void {
    this.sent.push(JSON.parse(text) as Record<string, unknown>)
  }

  ping(): void {
    this.pings++
  }

  close(): void {
    this.readyState = CLOSED
  }

  terminate(): void {
    this.readyState = CLOSED
  }

  get isLeft(): boolean {
    return this.readyState === CLOSED
  }

  get lastSent(): Record<string, unknown> {
    return this.sent.at(-1) ?? {}
  }

  // The methods below are what Genesys does.

  accepts(): void {
    this.readyState = OPEN
    this.emit('open')
  }

  refuses(status: number, retryAfterSeconds?: number): void {
    const headers = retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) }
    const response = { statusCode: status, headers, resume: () => undefined }
    this.emit('unexpected-response', undefined, response)
    this.breaks()
  }

  breaks(): void {
    this.readyState = CLOSED
    this.emit('close', 1006)
  }

  pongs(): void {
    this.emit('pong')
  }

  says(frame: unknown): void {
    const text = typeof frame === 'string' ? frame : JSON.stringify(frame)
    this.emit('message', Buffer.from(text), false)
  }

  configures(body: object = {}): void {
    this.says({ type: 'response', class: 'SessionResponse', code: 200, body: { connected: true, ...body } })
  }

  refusesWith(code: number, body: unknown = 'no', tracingId?: string): void {
    this.says({
      type: 'response',
      class: 'string',
      code,
      body,
      ...(tracingId !== undefined && { tracingId }),
    })
  }

  /** Echoes the guest's message, which acknowledges it. */
  echoes(request: Record<string, unknown>, id = 'id-1'): void {
    const message = request['message'] as object
    this.says({
      type: 'message',
      class: 'StructuredMessage',
      code: 200,
      tracingId: request['tracingId'],
      body: {
        ...message,
        id,
        direction: 'Inbound',
        channel: { messageId: id, time: '2026-01-01T10:00:00.000Z' },
      },
    })
  }
}

/** A deployment's connections, whose sockets the test controls. Needs fake timers. */
export function fakeGenesys(settings: Partial<ConnectionSettings> = {}, connectionsPerMinute = 60_000) {
  const sockets: FakeSocket[] = []
  const odd: string[] = []
  const unexpected: string[] = []
  const attempts: string[] = []
  const lost: string[] = []
  const connections = createGuestConnections({
    deploymentId: 'd-1',
    openWebSocket(origin) {
      const socket = new FakeSocket(origin)
      sockets.push(socket)
      return socket as unknown as WebSocket
    },
    rateLimiter: new ConnectionRateLimiter(connectionsPerMinute, settings.monotonicNow ?? Date.now),
    readSession: createSessionReader(),
    renewJwt: () => Promise.reject(new Error('not expected')),
    onUnrecognizedFrame: (what) => odd.push(what),
    onUnexpectedError: (_error, doing) => unexpected.push(doing),
    socketObserver: {
      connectionAttempted: (outcome) => void attempts.push(outcome),
      socketOpened: () => () => undefined,
      socketLost: (reason) => void lost.push(reason),
    },
    now: Date.now,
    monotonicNow: Date.now,
    random: () => 0.5,
    configureTimeoutMs: 10_000,
    idleMs: 30_000,
    pingMs: 20_000,
    echoMs: 240_000,
    hasAutoStart: () => false,
    ...settings,
  })
  return {
    connections,
    sockets,
    odd,
    unexpected,
    /** The outcomes of the attempts to connect. */
    attempts,
    /** The reasons why open sockets were lost. */
    lost,
    get socket(): FakeSocket {
      const socket = sockets.at(-1)
      if (!socket) throw new Error('No socket was opened')
      return socket
    },
    guest: (token = 'token-1') => ({ ref: { token }, origin: 'https://shop.example' }),
    /** A guest whose session is configured. */
    ready(token = 'token-1') {
      const connection = connections.of({ ref: { token }, origin: 'https://shop.example' }, true)
      void connection.ready(Date.now() + 1_000)
      this.socket.accepts()
      this.socket.configures()
      return connection
    },
  }
}

/** For `catch`: the problem code of the error that was thrown. */
export function codeOf(error: unknown): string {
  if (error instanceof UpstreamError) return error.code
  throw error
}

/** Runs everything that is pending, including timers that are due within `ms`. */
export async function pass(ms: number): Promise<void> {
  await jest.advanceTimersByTimeAsync(ms)
}
