import http from 'node:http'
import https from 'node:https'
import type { LookupFunction } from 'node:net'
import type { Duplex } from 'node:stream'
import { TLSSocket } from 'node:tls'
import { HttpsProxyAgent } from 'https-proxy-agent'
import { createProxyFinder } from './outbound-proxy.ts'

/**
 * Keep-alive connections to Genesys, for plain HTTP (a gateway, the simulator) and for TLS, through the
 * environment's proxy if there is one.
 */
export interface UpstreamAgents {
  /** The agent for this address. */
  agentFor(url: URL): http.Agent
  /** Whether the socket has been connected: until then, written data has not left this machine. */
  isConnected(socket: Duplex | null): boolean
  /** Closes every connection, including those in use. */
  close(): void
}

export interface UpstreamAgentsOptions {
  /** The maximum number of sockets for each host. Default 256. */
  readonly maxSockets?: number
  /** Default 30 s. */
  readonly idleSocketMs?: number
  /** Replaces `dns.lookup`. It is not used with a proxy, which resolves names itself. */
  readonly lookup?: LookupFunction
  /** Returns the proxy for an address, or `''`. Default: the environment's proxy. */
  readonly proxyFor?: (url: URL) => string
}

/**
 * 256 sockets per host are enough for 500 concurrent page requests with an upstream that takes 20 ms; 64 are too
 * few. An idle socket is closed before most load balancers close it (60 s), because a request on a closing socket
 * is lost; Node.js closes it earlier if a response's `Keep-Alive` header requires it.
 */
export function createUpstreamAgents(given: UpstreamAgentsOptions = {}): UpstreamAgents {
  const { maxSockets = 256, idleSocketMs = 30_000, lookup, proxyFor = createProxyFinder() } = given
  const options = {
    keepAlive: true,
    maxSockets,
    maxFreeSockets: maxSockets,
    timeout: idleSocketMs,
    ...(lookup && { lookup }),
  }
  const connecting = new WeakSet<Duplex>()
  const { HttpAgent, HttpsAgent, TunnelAgent } = watchingAgents(connecting)
  const direct = { 'http:': new HttpAgent(options), 'https:': new HttpsAgent(options) }
  const tunnels = new Map<string, http.Agent>()

  function tunnelThrough(proxy: string): http.Agent {
    let tunnel = tunnels.get(proxy)
    if (!tunnel) tunnels.set(proxy, (tunnel = new TunnelAgent(proxy, options)))
    return tunnel
  }

  return {
    agentFor(url) {
      const proxy = proxyFor(url)
      return proxy ? tunnelThrough(proxy) : direct[url.protocol === 'https:' ? 'https:' : 'http:']
    },
    // A socket that these agents did not create belongs to a recorder such as nock, and has no connection to wait
    // for.
    isConnected: (socket) => socket !== null && !connecting.has(socket),
    close() {
      for (const agent of [...Object.values(direct), ...tunnels.values()]) agent.destroy()
    },
  }
}

type AgentClass<Args extends unknown[]> = new (...args: Args) => http.Agent

/**
 * Agents that track which sockets are not connected yet, and close an idle socket that receives bytes: these bytes
 * would be taken for the response to the next request, which may belong to another guest.
 */
function watchingAgents(connecting: WeakSet<Duplex>) {
  const idle = new WeakSet<Duplex>()

  function watch(socket: Duplex, connectEvent: 'connect' | 'secureConnect' | undefined): void {
    if (connectEvent) {
      connecting.add(socket)
      socket.once(connectEvent, () => connecting.delete(socket))
    }
    socket.on('data', () => idle.has(socket) && socket.destroy())
  }
  function direct(Agent: AgentClass<[http.AgentOptions]>, connectEvent: 'connect' | 'secureConnect') {
    return class extends Agent {
      override createConnection(...args: Parameters<http.Agent['createConnection']>) {
        const socket = super.createConnection(...args)
        if (socket) watch(socket, connectEvent)
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
  class TunnelAgent extends HttpsProxyAgent<string> {
    override async connect(...args: Parameters<HttpsProxyAgent<string>['connect']>) {
      const socket = await super.connect(...args)
      // If the proxy refuses, its response arrives on a socket that accepts no writes.
      if (socket.writable) watch(socket, socket instanceof TLSSocket ? 'secureConnect' : undefined)
      return socket
    }
    override keepSocketAlive(socket: Duplex): void {
      idle.add(socket)
      // eslint-disable-next-line @typescript-eslint/no-confusing-void-expression -- as above
      return super.keepSocketAlive(socket)
    }
    override reuseSocket(socket: Duplex, request: http.ClientRequest): void {
      idle.delete(socket)
      super.reuseSocket(socket, request)
    }
  }
  return {
    HttpAgent: direct(http.Agent, 'connect'),
    HttpsAgent: direct(https.Agent, 'secureConnect'),
    TunnelAgent,
  }
}
