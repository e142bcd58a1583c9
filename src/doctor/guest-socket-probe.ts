import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import type { WebSocket } from 'ws'
import {
  createWebSocketOpener,
  handshakeError,
  noConnectionError,
} from '../service/genesys/drivers/web-messaging/connection/handshake.ts'
import type { UpstreamError } from '../service/errors/upstream-error.ts'
import { VERSION } from '../version.ts'
import type { CheckContext } from './check.ts'

/** How long the doctor waits for a response that Genesys may never send. */
const SILENCE_MS = 2_000

export interface ProbedFrame {
  readonly class?: unknown
  readonly code?: unknown
  readonly tracingId?: unknown
  readonly body?: Readonly<Record<string, unknown>>
}

interface Handshake {
  /** 101 if Genesys accepted the handshake; undefined if there was no HTTP response. */
  readonly status: number | undefined
  readonly error?: UpstreamError
}

/** A guest socket without a configured session, for frames that no driver would send. */
export interface ProbedSocket extends Handshake {
  send(text: string): void
  request(action: string, fields?: object): void
  /** The next frame; undefined if none arrives within two seconds. */
  next(): Promise<ProbedFrame | undefined>
  close(): void
}

/** Opens the guest socket for a page of `origin`, as the service does. Never rejects. */
export async function openGuestSocket(
  { config }: CheckContext,
  origin: string | undefined,
  deploymentId = config.genesys.deploymentId,
): Promise<ProbedSocket> {
  const socket = createWebSocketOpener({
    messagingUrl: config.genesys.hosts.messagingUrl,
    deploymentId,
    application: `genesys-guest-bff-${VERSION}`,
    handshakeTimeoutMs: config.upstreamTimeoutMs,
  })(origin)
  const token = randomUUID()
  const frames: ProbedFrame[] = []
  socket.on('message', (data: Buffer) => frames.push(parsed(data.toString())))
  const send = (text: string) => {
    if (socket.readyState === socket.OPEN) socket.send(text)
  }
  return {
    ...(await outcomeOf(socket, deploymentId, origin)),
    send,
    request: (action, fields = {}) =>
      send(JSON.stringify({ action, token, tracingId: randomUUID(), ...fields })),
    async next() {
      if (frames.length === 0) {
        await once(socket, 'message', { signal: AbortSignal.timeout(SILENCE_MS) }).catch(() => undefined)
      }
      return frames.shift()
    },
    close: () => socket.terminate(),
  }
}

function outcomeOf(socket: WebSocket, deploymentId: string, origin: string | undefined): Promise<Handshake> {
  return new Promise((resolve) => {
    socket.once('open', () => resolve({ status: 101 }))
    socket.once('unexpected-response', (_request, response: IncomingMessage) => {
      response.resume()
      socket.terminate()
      resolve({ status: response.statusCode, error: handshakeError(response, deploymentId, origin) })
    })
    // This also happens after the handshake, if the connection breaks.
    socket.on('error', ({ code }: NodeJS.ErrnoException) =>
      resolve({ status: undefined, error: noConnectionError(socket.url, code) }),
    )
  })
}

function parsed(text: string): ProbedFrame {
  try {
    const json: unknown = JSON.parse(text)
    return typeof json === 'object' && json !== null ? json : {}
  } catch {
    return {}
  }
}
