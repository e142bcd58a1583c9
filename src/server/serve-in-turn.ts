import type http from 'node:http'
import type { Socket } from 'node:net'

/** Browsers never send a request before the answer to the one before, and proxies hardly ever. */
const MAX_WAITING = 16

type Exchange = [req: http.IncomingMessage, res: http.ServerResponse]

export interface ServingInTurn {
  readonly onRequest: http.RequestListener
  /** Answers that are being made, one for each busy connection. */
  readonly active: ReadonlySet<http.ServerResponse>
  isBusy(socket: Socket): boolean
}

/**
 * Serves the requests of one connection one after the other, so that one that sends hundreds at once waits like
 * everybody else. What waits behind an answer that closes the connection, such as a stream, is never served.
 */
export function serveInTurn(serve: http.RequestListener): ServingInTurn {
  const active = new Set<http.ServerResponse>()
  const waitingOf = new WeakMap<Socket, Exchange[]>()

  function start(socket: Socket, [req, res]: Exchange): void {
    active.add(res)
    res.on('close', () => {
      active.delete(res)
      const next = waitingOf.get(socket)?.shift()
      if (next !== undefined && !socket.destroyed) start(socket, next)
      else waitingOf.delete(socket)
    })
    serve(req, res)
  }

  return {
    onRequest(req, res) {
      const { socket } = req
      const waiting = waitingOf.get(socket)
      if (waiting === undefined) {
        waitingOf.set(socket, [])
        start(socket, [req, res])
      } else if (waiting.push([req, res]) > MAX_WAITING) socket.destroy()
    },
    active,
    isBusy: (socket) => waitingOf.has(socket),
  }
}
