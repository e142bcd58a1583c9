import http from 'node:http'
import https from 'node:https'
import { Socket } from 'node:net'

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

/** Where a request gets its socket from: not documented, and the same since there are agents. */
interface SocketSource {
  addRequest(req: http.ClientRequest, options: RequestOptions): void
}

/**
 * Node makes the name under which it keeps a socket of some twenty options, three times a request, and reads
 * an answer's `Keep-Alive` each time, for which it parses all headers. Both are known beforehand here. And it
 * copies all options of a request and of the agent, also where a socket is at hand, that needs none of them.
 */
function withLittlePerRequest<Agent extends http.Agent>(agent: Agent): Agent {
  const nameOf = agent.getName.bind(agent)
  agent.getName = (options?: RequestOptions) => options?.upstreamName ?? nameOf(options)
  agent.keepSocketAlive = (socket) => {
    if (socket instanceof Socket) socket.unref()
    return true
  }
  const source = agent as unknown as SocketSource
  const addRequest = source.addRequest.bind(agent)
  source.addRequest = (req, options) => {
    const { upstreamName, host, port, servername } = options
    addRequest(req, upstreamName === undefined ? options : { upstreamName, host, port, servername })
  }
  return agent
}
