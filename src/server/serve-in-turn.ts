import type http from 'node:http'
import type { Socket } from 'node:net'
import { setImmediate as turn } from 'node:timers/promises'

/** HTTP/1.1 pipelining: browsers never send a request before the answer to the one before, and proxies hardly ever. */
const MAX_WAITING = 16
/** Takes less than a millisecond, in which a request can come on one of them. */
const MAX_CLOSED_IN_TURN = 16

export type Exchange = [req: http.IncomingMessage, res: http.ServerResponse]

export interface ServingInTurn {
  readonly onConnection: (socket: Socket) => void
  readonly onRequest: http.RequestListener
  /** Answers that are being made, one for each busy connection. */
  activeResponses(): http.ServerResponse[]
  isBusy(socket: Socket): boolean
  /** Those on which nothing is answered: idle ones, and those whose request is on its way. */
  connectionsWithoutAnswer(): Socket[]
  /** Asks the client of every answer from now on to close its connection. */
  closeAfterAnswers(): void
  /** Closes the connections that are kept for a next request, and from now on each one that would be. */
  closeKept(): Promise<void>
}

interface Connection {
  active: http.ServerResponse | undefined
  waiting: Exchange[] | undefined
  /** Of all its requests, when its last answer had gone: more by now are of the next. 0 where the last has not come whole. */
  bytesReadByLastAnswer: number
}

/**
 * Serves the requests of one connection one after the other, so that one that sends hundreds at once waits like
 * everybody else. What waits behind an answer that closes the connection, such as a stream, is never served.
 */
export function serveInTurn(serve: http.RequestListener): ServingInTurn {
  // By connection, not a Set of responses: each scavenge copied those that had left it long ago (docs/decisions/0052).
  const connections = new Map<Socket, Connection>()
  let closesAfterAnswers = false
  let closesKept = false

  function start(connection: Connection, [req, res]: Exchange): void {
    const { socket } = req
    connection.active = res
    if (closesAfterAnswers) res.setHeader('Connection', 'close')
    res.on('close', () => {
      connection.active = undefined
      connection.bytesReadByLastAnswer = req.complete ? socket.bytesRead : 0
      // Not writable any more: this answer has closed it.
      const next = socket.writable ? connection.waiting?.shift() : undefined
      if (next !== undefined) start(connection, next)
      // While its request goes on coming, closing it would discard the answer at the other end.
      else if (closesKept && req.complete) socket.destroySoon()
    })
    serve(req, res)
  }

  function isKept(socket: Socket, { active, bytesReadByLastAnswer }: Connection): boolean {
    return active === undefined && bytesReadByLastAnswer > 0 && socket.bytesRead === bytesReadByLastAnswer
  }

  return {
    onConnection(socket) {
      connections.set(socket, { active: undefined, waiting: undefined, bytesReadByLastAnswer: 0 })
      socket.on('close', () => connections.delete(socket))
    },
    onRequest(req, res) {
      const connection = connections.get(req.socket)
      if (connection === undefined) req.socket.destroy()
      else if (connection.active === undefined) start(connection, [req, res])
      else if ((connection.waiting ??= []).push([req, res]) > MAX_WAITING) req.socket.destroy()
    },
    activeResponses: () => [...connections.values()].flatMap(({ active }) => active ?? []),
    isBusy: (socket) => connections.get(socket)?.active !== undefined,
    connectionsWithoutAnswer: () =>
      [...connections].flatMap(([socket, { active }]) => (active === undefined ? socket : [])),
    closeAfterAnswers() {
      closesAfterAnswers = true
      for (const { active } of connections.values())
        if (active?.headersSent === false) active.setHeader('Connection', 'close')
    },
    async closeKept() {
      closesKept = true
      let closed = 0
      for (const [socket, connection] of [...connections]) {
        if (!isKept(socket, connection)) continue
        socket.destroy()
        closed += 1
        // What has been sent on the others meanwhile is read first.
        if (closed % MAX_CLOSED_IN_TURN === 0) await turn()
      }
    },
  }
}
