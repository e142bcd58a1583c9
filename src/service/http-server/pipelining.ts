import type { Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

/**
 * One packet can contain hundreds of pipelined requests, which all run in one turn of the event loop. Browsers and
 * proxies do not pipeline.
 */
const MAX_REQUESTS_PER_CONNECTION = 16

/**
 * Closes a connection with too many requests in flight. The limit does not depend on the client's address, so it also
 * applies behind a proxy.
 */
export function limitPipelining(server: Server, onClosed: () => void): void {
  const requestsInFlight = new WeakMap<Socket, number>()

  function onResponseClosed(this: ServerResponse): void {
    const { socket } = this.req
    requestsInFlight.set(socket, (requestsInFlight.get(socket) ?? 0) - 1)
  }

  server.on('request', ({ socket }, res) => {
    // The rest of a packet is parsed even if its connection has been closed.
    if (socket.destroyed) return
    const inFlight = (requestsInFlight.get(socket) ?? 0) + 1
    requestsInFlight.set(socket, inFlight)
    res.on('close', onResponseClosed)
    if (inFlight <= MAX_REQUESTS_PER_CONNECTION) return
    socket.destroy()
    onClosed()
  })
}
