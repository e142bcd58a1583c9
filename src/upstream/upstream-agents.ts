import http from 'node:http'
import https from 'node:https'
import type { LookupFunction } from 'node:net'
import type { Duplex } from 'node:stream'

/** Kept-alive connections to Genesys, for plain HTTP (a gateway, the simulator) and for TLS. */
export interface UpstreamAgents {
  readonly http: http.Agent
  readonly https: http.Agent
  /** Whether there was ever a connection: until then nothing that was written has left this machine. */
  isConnected(socket: Duplex | null): boolean
  /** Closes every connection, also those in use. */
  close(): void
}

export interface UpstreamAgentsOptions {
  /** For each host. Default 256. */
  readonly maxSockets?: number
  /** Default 30 s. */
  readonly idleSocketMs?: number
  /** Name resolution in place of `dns.lookup`. */
  readonly lookup?: LookupFunction
}

/**
 * 256 sockets a host are enough for 500 page requests at once against an upstream that takes 20 ms;
 * 64 are not. An idle socket is closed before most load balancers (60 s) would do it, as a request that
 * meets a closing socket is lost; Node.js closes it earlier where the answer's `Keep-Alive` says so.
 */
export function createUpstreamAgents(given: UpstreamAgentsOptions = {}): UpstreamAgents {
  const { maxSockets = 256, idleSocketMs = 30_000, lookup } = given
  const options = {
    keepAlive: true,
    maxSockets,
    maxFreeSockets: maxSockets,
    timeout: idleSocketMs,
    ...(lookup && { lookup }),
  }
  const connected = new WeakSet<Duplex>()
  const HttpAgent = watchingAgent(http.Agent, 'connect', connected)
  const HttpsAgent = watchingAgent(https.Agent, 'secureConnect', connected)
  const agents = { http: new HttpAgent(options), https: new HttpsAgent(options) }
  return {
    ...agents,
    isConnected: (socket) => socket !== null && connected.has(socket),
    close() {
      agents.http.destroy()
      agents.https.destroy()
    },
  }
}

/**
 * An agent that notes which sockets were connected, and closes an idle one on which bytes come: they would be
 * taken for the answer to the next request, which is another guest's.
 */
function watchingAgent(
  Agent: new (options: http.AgentOptions) => http.Agent,
  connectEvent: 'connect' | 'secureConnect',
  connected: WeakSet<Duplex>,
) {
  const idle = new WeakSet<Duplex>()
  return class extends Agent {
    override createConnection(...args: Parameters<http.Agent['createConnection']>) {
      const socket = super.createConnection(...args)
      socket?.once(connectEvent, () => connected.add(socket))
      socket?.on('data', () => idle.has(socket) && socket.destroy())
      return socket
    }
    override keepSocketAlive(socket: Duplex): void {
      idle.add(socket)
      // eslint-disable-next-line @typescript-eslint/no-confusing-void-expression -- Node.js documents a result: false refuses
      return super.keepSocketAlive(socket)
    }
    override reuseSocket(socket: Duplex, request: http.ClientRequest): void {
      idle.delete(socket)
      super.reuseSocket(socket, request)
    }
  }
}
