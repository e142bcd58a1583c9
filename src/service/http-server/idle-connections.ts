import type { Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { SocketsByAddress } from './sockets-by-address.ts'
import { MAX_UNFINISHED_HEADS_PER_ADDRESS, type ClientOf } from './unfinished-heads.ts'

const CHECK_MS = 500
/** When this share of the maximum number of connections is open, idle connections are closed to make room. */
const CROWDED_SHARE = 0.9

interface Connection {
  readonly address: string
  /** More than one if requests are pipelined. */
  requestsInFlight: number
}

/**
 * Prevents one address from using up connections and memory with keep-alive connections:
 * - If more than 500 connections from an address have sent an unfinished head after an earlier request, the oldest
 *   ones are closed.
 * - When nearly all connections are taken, each new connection closes the oldest idle connection from the address
 *   that has the most idle connections.
 */
export function limitIdleConnections(
  server: Server,
  options: {
    readonly clientOf: ClientOf
    readonly maxConnections: number | undefined
    readonly onClosed: () => void
  },
): void {
  const { clientOf, maxConnections = Infinity, onClosed } = options
  /** How many bytes had been read from each connection when it became idle. */
  const idle = new SocketsByAddress<number>()
  const connections = new Map<Socket, Connection>()

  function close(socket: Socket, address: string): void {
    idle.delete(address, socket)
    socket.destroy()
    onClosed()
  }

  function makeRoom(): void {
    let most: readonly [string, ReadonlyMap<Socket, number>] | undefined
    for (const each of idle.entries()) if (each[1].size > (most?.[1].size ?? 0)) most = each
    const [oldest] = most?.[1].keys() ?? []
    if (most && oldest) close(oldest, most[0])
  }

  function closeUnfinished(): void {
    for (const [address, ofAddress] of idle.entries()) {
      if (ofAddress.size <= MAX_UNFINISHED_HEADS_PER_ADDRESS) continue
      const unfinished = [...ofAddress].filter(([socket, readBytes]) => socket.bytesRead > readBytes)
      const excess = Math.max(0, unfinished.length - MAX_UNFINISHED_HEADS_PER_ADDRESS)
      for (const [socket] of unfinished.slice(0, excess)) close(socket, address)
    }
  }

  function onResponseClosed(this: ServerResponse): void {
    const { socket } = this.req
    const connection = connections.get(socket)
    if (connection === undefined) return
    connection.requestsInFlight -= 1
    if (connection.requestsInFlight === 0) idle.add(connection.address, socket, socket.bytesRead)
  }

  server.on('connection', (socket: Socket) => {
    if (connections.size >= maxConnections * CROWDED_SHARE) makeRoom()
    const address = clientOf(socket.remoteAddress ?? '')
    connections.set(socket, { address, requestsInFlight: 0 })
    socket.once('close', () => {
      connections.delete(socket)
      idle.delete(address, socket)
    })
  })
  server.on('request', ({ socket }, res) => {
    const connection = connections.get(socket)
    if (connection === undefined) return
    if (connection.requestsInFlight === 0) idle.delete(connection.address, socket)
    connection.requestsInFlight += 1
    res.on('close', onResponseClosed)
  })
  const checking = setInterval(closeUnfinished, CHECK_MS).unref()
  server.on('close', () => clearInterval(checking))
}
