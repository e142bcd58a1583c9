import { UpstreamError } from '../../../../errors/upstream-error.ts'
import { echo } from '../wire/requests.ts'
import type { GuestRequest } from './pending-request.ts'
import type { SessionSocket } from './session-socket.ts'

const ECHO_TIMEOUT_MS = 5_000
/** Genesys allows two echoes a minute. */
const MIN_ECHO_INTERVAL_MS = 30_000

interface ProbedConnection {
  readonly socket: SessionSocket
  request<T>(request: GuestRequest<T>): Promise<T>
}

/** Checks with echo requests and pings whether a connection still works. */
export class ConnectionProbe {
  lastFrameAtMs = 0
  readonly #connection: ProbedConnection
  #probedAtMs = 0
  #echoedAtMs = -Infinity

  constructor(connection: ProbedConnection) {
    this.#connection = connection
  }

  get #socket(): SessionSocket {
    return this.#connection.socket
  }

  /** Whether Genesys allows another echo. */
  mayEcho(nowMs: number): boolean {
    return nowMs - this.#echoedAtMs >= MIN_ECHO_INTERVAL_MS
  }

  /** Checks the connection, once for each request without a response. */
  probe(nowMs: number, sentAtMs: number): void {
    if (this.#probedAtMs >= sentAtMs) return
    this.#probedAtMs = nowMs
    this.#socket.probe(nowMs)
    if (this.mayEcho(nowMs)) this.sendEcho(nowMs)
  }

  /**
   * Sends an echo: it keeps proxies from closing the connection, returns the session's expiry, and detects a dead
   * peer.
   */
  sendEcho(nowMs: number): void {
    this.#echoedAtMs = nowMs
    const echoed = this.#connection.request({
      frame: echo(),
      purpose: 'read',
      deadlineAtMs: nowMs + ECHO_TIMEOUT_MS,
      readResponse: (frame) => (frame.class === 'StructuredMessage' && !frame.pushed) || undefined,
      ifLost: 'send-again',
      isParallel: true,
    })
    echoed.catch((error: unknown) => {
      const isTimeout = error instanceof UpstreamError && error.code === 'upstream_timeout'
      if (isTimeout && this.lastFrameAtMs <= nowMs && this.#socket.canSend)
        this.#socket.reconnect(error, 'silent')
    })
  }
}
