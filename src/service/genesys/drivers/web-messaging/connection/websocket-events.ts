import type { RawData, WebSocket } from 'ws'
import { UpstreamError } from '../../../../errors/upstream-error.ts'
import { handshakeError, noConnectionError } from './handshake.ts'
import type { SocketLossReason, SocketObserver } from '../../../../observability/socket-observer.ts'

/** The handlers for the events of a guest's WebSocket. */
export interface SocketEventHandlers {
  /** Whether the guest still uses this socket: events from an earlier socket are ignored. */
  isCurrent(): boolean
  isConnecting(): boolean
  onOpen(): void
  onAlive(): void
  onData(data: RawData, isBinary: boolean): void
  onClose(error: UpstreamError, reason: SocketLossReason): void
  /** Called when a handler has thrown. */
  onFailure(error: UpstreamError): void
}

interface SocketContext {
  readonly deploymentId: string
  readonly socketObserver: SocketObserver
  readonly onUnexpectedError: (error: unknown, doing: string) => void
}

/** RFC 6455 section 7.1.5: the close code of a connection that ended without a close frame. */
const NO_CLOSE_FRAME = 1006

/** Passes on the events of a WebSocket, and reports how the attempt to connect ended. */
export function handleSocketEvents(
  socket: WebSocket,
  handlers: SocketEventHandlers,
  { deploymentId, socketObserver, onUnexpectedError }: SocketContext,
  origin: string | undefined,
): void {
  let error: UpstreamError | undefined
  /** If a handler throws, only this guest's connection ends. */
  const guarded = <A extends unknown[]>(doing: string, handle: (...event: A) => void) => {
    return (...event: A) => {
      if (!handlers.isCurrent()) return
      try {
        handle(...event)
      } catch (thrown) {
        onUnexpectedError(thrown, doing)
        handlers.onFailure(new UpstreamError('upstream_unavailable', 'The connection failed unexpectedly'))
      }
    }
  }
  const onAlive = () => {
    if (handlers.isCurrent()) handlers.onAlive()
  }
  socket.once('open', () => {
    socketObserver.connectionAttempted('ok')
    socket.once('close', socketObserver.socketOpened())
  })
  socket.on(
    'open',
    guarded('configure the session', () => handlers.onOpen()),
  )
  socket.on(
    'message',
    guarded('read a frame', (data: RawData, isBinary: boolean) => handlers.onData(data, isBinary)),
  )
  socket.on('pong', onAlive)
  socket.on('ping', onAlive)
  socket.on('unexpected-response', (_request, response) => {
    error = handshakeError(response, deploymentId, origin)
    response.resume()
    socket.terminate()
  })
  // Every error is followed by a close event.
  socket.on('error', ({ code = '' }: NodeJS.ErrnoException) => {
    error ??= noConnectionError(socket.url, code)
  })
  socket.on(
    'close',
    guarded('close a connection', (code: number) => {
      if (handlers.isConnecting()) socketObserver.connectionAttempted(outcomeOf(error))
      handlers.onClose(
        error ?? noConnectionError(socket.url, undefined),
        code === NO_CLOSE_FRAME ? 'broken' : 'closed',
      )
    }),
  )
}

function outcomeOf(error: UpstreamError | undefined): string {
  if (error?.facts.status !== undefined) return `http_${error.facts.status}`
  return error?.code ?? 'upstream_unavailable'
}
