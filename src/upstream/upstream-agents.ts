import http from 'node:http'
import https from 'node:https'
import type { Socket } from 'node:net'

/** Kept-alive connections to Genesys, for plain HTTP (a gateway, the simulator) and for TLS. */
export interface UpstreamAgents {
  readonly http: http.Agent
  readonly https: https.Agent
  /** For the first answer on a socket: how long it may be idle, by our own rule and by the answer's `Keep-Alive`. */
  limitIdleTime(answer: http.IncomingMessage): void
  /** Closes every connection, also those in use. */
  close(): void
}

/** A socket that its own side is about to close must not be given to another request. */
const MARGIN_MS = 1000

/**
 * 256 sockets a host are enough for 500 page requests at once against an upstream that takes 20 ms;
 * 64 are not. An idle socket is closed before most load balancers (60 s) would do it, as a request that
 * meets a closing socket is lost.
 */
export function createUpstreamAgents({ maxSockets = 256, idleSocketMs = 30_000 } = {}): UpstreamAgents {
  const options = { keepAlive: true, maxSockets, maxFreeSockets: maxSockets, scheduling: 'lifo' } as const
  const agents = {
    http: withLittlePerRequest(new http.Agent(options)),
    https: withLittlePerRequest(new https.Agent(options)),
  }
  return {
    ...agents,
    limitIdleTime({ socket, headers }) {
      const announcedSeconds = /(?:^|[\s,])timeout=(\d+)/.exec(String(headers['keep-alive']))?.[1]
      const announcedMs =
        announcedSeconds === undefined ? Infinity : Number(announcedSeconds) * 1000 - MARGIN_MS
      socket.setTimeout(Math.max(1, Math.min(idleSocketMs, announcedMs)))
    },
    close() {
      agents.http.destroy()
      agents.https.destroy()
    },
  }
}

/** What a request of ours says beyond what node knows of. */
type RequestOptions = https.RequestOptions & { readonly upstreamName?: string }

/** Not documented, and the same since there are agents. */
type PooledSocket = Socket & { _httpMessage: http.ClientRequest | null }
interface SocketSource {
  addRequest(req: http.ClientRequest, options: RequestOptions): void
  createConnection(options: RequestOptions, callback?: (...args: unknown[]) => void): Socket
}

/**
 * Node keeps a socket under a name of some twenty options, which it makes three times a request, moves it between two
 * lists that it searches, reads an answer's `Keep-Alive` each time, for which it parses all headers, and copies
 * all options of a request and of the agent, also where a socket is at hand. Here a socket that was answered is
 * put on a stack, and the next request takes it from there. For node it stays in use; all else is node's.
 */
function withLittlePerRequest<Agent extends http.Agent>(agent: Agent): Agent {
  const idle = new IdleSockets()
  const nameOf = agent.getName.bind(agent)
  agent.getName = (options?: RequestOptions) => options?.upstreamName ?? nameOf(options)

  const source = agent as unknown as SocketSource
  const addRequest = source.addRequest.bind(agent)
  source.addRequest = (req, options) => {
    const { upstreamName, host, port, servername } = options
    if (upstreamName === undefined) {
      addRequest(req, options)
      return
    }
    const socket = idle.take(upstreamName)
    if (socket) {
      req.reusedSocket = true
      socket.ref()
      req.onSocket(socket)
    } else addRequest(req, { upstreamName, host, port, servername })
  }

  const createConnection = source.createConnection.bind(agent)
  source.createConnection = (options, callback) => {
    const socket = createConnection(options, callback)
    if (options.upstreamName !== undefined) idle.watch(options.upstreamName, socket)
    return socket
  }

  const [release] = agent.listeners('free')
  agent.removeAllListeners('free')
  agent.on('free', (socket: PooledSocket, options: RequestOptions) => {
    const { upstreamName } = options
    const isUsable = socket.writable && socket._httpMessage?.shouldKeepAlive === true
    if (!isUsable || upstreamName === undefined || agent.requests[upstreamName]) {
      release?.call(agent, socket, options)
      return
    }
    socket._httpMessage = null
    socket.unref()
    idle.put(upstreamName, socket)
  })
  return agent
}

/** Answered sockets by the name of their origin, on which the next request takes the one that was used last. */
class IdleSockets {
  readonly #byName = new Map<string, PooledSocket[]>()

  put(name: string, socket: PooledSocket): void {
    const sockets = this.#byName.get(name)
    if (sockets) sockets.push(socket)
    else this.#byName.set(name, [socket])
  }

  take(name: string): PooledSocket | undefined {
    const sockets = this.#byName.get(name)
    let socket = sockets?.pop()
    while (socket && !socket.writable) socket = sockets?.pop()
    return socket
  }

  /** For the whole life of a socket, in place of listeners for each time that it is idle. */
  watch(name: string, socket: Socket): void {
    socket.on('error', () => undefined) // whose request there is hears of it by itself
    socket.on('timeout', () => this.#byName.get(name)?.includes(socket as PooledSocket) && socket.destroy())
    socket.on('close', () => {
      const left = this.#byName.get(name)?.filter((other) => other !== socket) ?? []
      if (left.length > 0) this.#byName.set(name, left)
      else this.#byName.delete(name) // files go to many hosts, and to each once
    })
  }
}
