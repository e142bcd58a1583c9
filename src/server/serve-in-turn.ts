import type http from 'node:http'
import type { Socket } from 'node:net'

/** HTTP/1.1 pipelining: browsers never send a request before the answer to the one before, and proxies hardly ever. */
const MAX_WAITING = 16

export type Exchange = [req: http.IncomingMessage, res: http.ServerResponse]

export interface ServingInTurn {
  readonly onConnection: (socket: Socket) => void
  readonly onRequest: http.RequestListener
  /** Answers that are being made, one for each busy connection. */
  activeResponses(): http.ServerResponse[]
  isBusy(socket: Socket): boolean
  /** Those that nothing has come on: browsers open some ahead of need. */
  unusedConnections(): Socket[]
}

interface Connection {
  active: http.ServerResponse | undefined
  waiting: Exchange[] | undefined
}

/**
 * Serves the requests of one connection one after the other, so that one that sends hundreds at once waits like
 * everybody else. What waits behind an answer that closes the connection, such as a stream, is never served.
 */
export function serveInTurn(serve: http.RequestListener): ServingInTurn {
  // By connection, not a Set of responses: each scavenge copied those that had left it long ago (docs/decisions/0052).
  const connections = new Map<Socket, Connection>()

  function start(connection: Connection, [req, res]: Exchange): void {
    connection.active = res
    res.on('close', () => {
      connection.active = undefined
      const next = connection.waiting?.shift()
      if (next !== undefined && !req.socket.destroyed) start(connection, next)
    })
    serve(req, res)
  }

  return {
    onConnection(socket) {
      connections.set(socket, { active: undefined, waiting: undefined })
      socket.on('close', () => connections.delete(socket))
    },
    onRequest(req, res) {
      const connection = connections.get(req.socket)
      // It has gone meanwhile.
      if (connection === undefined) return
      if (connection.active === undefined) start(connection, [req, res])
      else if ((connection.waiting ??= []).push([req, res]) > MAX_WAITING) req.socket.destroy()
    },
    activeResponses: () => [...connections.values()].flatMap(({ active }) => active ?? []),
    isBusy: (socket) => connections.get(socket)?.active !== undefined,
    unusedConnections: () => [...connections.keys()].filter(({ bytesRead }) => bytesRead === 0),
  }
}
