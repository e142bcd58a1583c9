import type { Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { ClientOf } from './unfinished-heads.ts'

/** As for connections without a request: each may hold `maxHeaderSize` bytes and more. */
const MAX_UNFINISHED_HEADS_PER_ADDRESS = 500
const CHECK_MS = 500
/** Above this share of the connections, idle ones are closed to make room. */
const CROWDED_SHARE = 0.9

interface Connection {
  readonly address: string
  /** More than one if they are pipelined. */
  requestsInFlight: number
}

/**
 * Bounds what the kept-alive connections of one address take from others. Between two requests a connection holds at most
 * the beginning of a head: above 500 of those, the oldest are closed. When nearly all connections are taken, the address
 * with the most idle ones loses its oldest.
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
  /** Address -> socket -> how many bytes it had read when it became idle; the oldest first. */
  const idle = new Map<string, Map<Socket, number>>()
  const connections = new Map<Socket, Connection>()

  function beginIdle(socket: Socket, address: string): void {
    let ofAddress = idle.get(address)
    if (ofAddress === undefined) idle.set(address, (ofAddress = new Map<Socket, number>()))
    ofAddress.set(socket, socket.bytesRead)
  }

  function endIdle(socket: Socket, address: string): void {
    const ofAddress = idle.get(address)
    ofAddress?.delete(socket)
    if (ofAddress?.size === 0) idle.delete(address)
  }

  function close(socket: Socket, address: string): void {
    endIdle(socket, address)
    socket.destroy()
    onClosed()
  }

  function makeRoom(): void {
    let most: readonly [string, Map<Socket, number>] | undefined
    for (const each of idle) if (each[1].size > (most?.[1].size ?? 0)) most = each
    const [oldest] = most?.[1].keys() ?? []
    if (most && oldest) close(oldest, most[0])
  }

  function closeUnfinished(): void {
    for (const [address, ofAddress] of idle) {
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
    if (connection.requestsInFlight === 0) beginIdle(socket, connection.address)
  }

  server.on('connection', (socket: Socket) => {
    if (connections.size >= maxConnections * CROWDED_SHARE) makeRoom()
    const address = clientOf(socket.remoteAddress ?? '')
    connections.set(socket, { address, requestsInFlight: 0 })
    socket.once('close', () => {
      connections.delete(socket)
      endIdle(socket, address)
    })
  })
  server.on('request', ({ socket }, res) => {
    const connection = connections.get(socket)
    if (connection === undefined) return
    if (connection.requestsInFlight === 0) endIdle(socket, connection.address)
    connection.requestsInFlight += 1
    res.on('close', onResponseClosed)
  })
  const checking = setInterval(closeUnfinished, CHECK_MS).unref()
  server.on('close', () => clearInterval(checking))
}
