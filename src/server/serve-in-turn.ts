import type http from 'node:http'
import type { Socket } from 'node:net'

/** HTTP/1.1 pipelining: browsers never send a request before the answer to the one before, and proxies hardly ever. */
const MAX_WAITING = 16

type Exchange = [req: http.IncomingMessage, res: http.ServerResponse]

export interface ServingInTurn {
  readonly onRequest: http.RequestListener
  /** Answers that are being made, one for each busy connection. */
  activeResponses(): http.ServerResponse[]
  isBusy(socket: Socket): boolean
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

  function connectionOf(socket: Socket): Connection {
    let connection = connections.get(socket)
    if (connection === undefined) {
      connections.set(socket, (connection = { active: undefined, waiting: undefined }))
      socket.on('close', () => connections.delete(socket))
    }
    return connection
  }

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
    onRequest(req, res) {
      const connection = connectionOf(req.socket)
      if (connection.active === undefined) start(connection, [req, res])
      else if ((connection.waiting ??= []).push([req, res]) > MAX_WAITING) req.socket.destroy()
    },
    activeResponses: () => [...connections.values()].flatMap(({ active }) => active ?? []),
    isBusy: (socket) => connections.get(socket)?.active !== undefined,
  }
}
