import http from 'node:http'
import https from 'node:https'

/** Kept-alive connections to Genesys, for plain HTTP (a gateway, the simulator) and for TLS. */
export interface UpstreamAgents {
  readonly http: http.Agent
  readonly https: https.Agent
  /** Closes every connection, also those in use. */
  close(): void
}

/**
 * 256 sockets a host are enough for 500 page requests at once against an upstream that takes 20 ms;
 * 64 are not. An idle socket is closed before most load balancers (60 s) would do it, as a request that
 * meets a closing socket is lost.
 */
export function createUpstreamAgents({ maxSockets = 256, idleSocketMs = 30_000 } = {}): UpstreamAgents {
  const options = {
    keepAlive: true,
    maxSockets,
    maxFreeSockets: maxSockets,
    scheduling: 'lifo',
    timeout: idleSocketMs,
  } as const
  const agents = { http: new http.Agent(options), https: new https.Agent(options) }
  return {
    ...agents,
    close() {
      agents.http.destroy()
      agents.https.destroy()
    },
  }
}
