import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import { monotonicNow } from '../time/monotonic-now.ts'
import { SocketsByAddress } from './sockets-by-address.ts'

/**
 * The limit for one address, both before the first request and between requests. An unfinished head can occupy more
 * than `maxHeaderSize` bytes.
 */
export const MAX_UNFINISHED_HEADS_PER_ADDRESS = 500
/** Under load, up to a second can pass between accepting a connection and reading from it. */
const UNREAD_MS = 2000

/** Returns the client to which an address belongs: some clients have many addresses. */
export type ClientOf = (address: string) => string

/**
 * If an address has too many connections on which no request has arrived, closes the oldest ones. A recent connection from
 * which nothing has been read is kept: after a restart, thousands of pages behind one address connect at the same time, and
 * their requests wait to be read.
 */
export function limitUnfinishedHeads(
  server: Server,
  { clientOf, onClosed }: { readonly clientOf: ClientOf; readonly onClosed: () => void },
  nowMs = monotonicNow,
): void {
  /** When each connection was accepted. */
  const unfinished = new SocketsByAddress<number>()
  /** Kept here because a closed socket has no `remoteAddress`. */
  const addresses = new WeakMap<Socket, string>()

  function forget(socket: Socket): void {
    const address = addresses.get(socket)
    if (address === undefined) return
    addresses.delete(socket)
    unfinished.delete(address, socket)
  }

  server.on('connection', (socket: Socket) => {
    const address = clientOf(socket.remoteAddress ?? '')
    const ofAddress = unfinished.of(address)
    for (const [oldest, acceptedAt] of ofAddress) {
      if (ofAddress.size < MAX_UNFINISHED_HEADS_PER_ADDRESS) break
      if (oldest.bytesRead === 0 && nowMs() - acceptedAt < UNREAD_MS) break
      forget(oldest)
      oldest.destroy()
      onClosed()
    }
    addresses.set(socket, address)
    unfinished.add(address, socket, nowMs())
    socket.once('close', () => forget(socket))
  })
  server.on('request', ({ socket }) => forget(socket))
}
