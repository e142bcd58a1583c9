import http from 'node:http'
import type { AddressInfo, Socket } from 'node:net'

export interface LocalUpstream {
  readonly url: string
  readonly requests: http.IncomingMessage[]
  /** The number of connections since the start. */
  connections(): number
  stop(): Promise<void>
}

/** A server on loopback, for what nock can't do: resets, slowness, connections. */
export async function startLocalUpstream(
  answer: (req: http.IncomingMessage, res: http.ServerResponse, count: number) => void,
): Promise<LocalUpstream> {
  const requests: http.IncomingMessage[] = []
  const sockets = new Set<Socket>()
  const server = http.createServer((req, res) => {
    requests.push(req)
    answer(req, res, requests.length)
  })
  server.on('connection', (socket: Socket) => sockets.add(socket))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    connections: () => sockets.size,
    stop: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy()
        server.close(() => resolve())
      }),
  }
}

/** The address of a loopback port without a listener. */
export async function closedPort(): Promise<string> {
  const upstream = await startLocalUpstream(() => undefined)
  await upstream.stop()
  return upstream.url
}
