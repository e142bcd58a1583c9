import { once } from 'node:events'
import http from 'node:http'
import net, { type AddressInfo, type Socket } from 'node:net'

export interface ConnectProxy {
  readonly url: string
  /** `host:port` of each tunnel that was requested. */
  readonly targets: readonly string[]
  /** The `Proxy-Authorization` header of each tunnel. */
  readonly authorizations: readonly (string | undefined)[]
  stop(): Promise<void>
}

/** An HTTP proxy on loopback that tunnels each known name to its port; any other name is refused with 502. */
export async function startConnectProxy(ports: Readonly<Record<string, number>>): Promise<ConnectProxy> {
  const targets: string[] = []
  const authorizations: (string | undefined)[] = []
  const sockets = new Set<Socket>()
  const server = http.createServer((_req, res) => res.writeHead(405).end())
  server.on('connection', (socket: Socket) => sockets.add(socket))
  server.on('connect', (req, socket: Socket, head) => {
    const target = req.url ?? ''
    targets.push(target)
    authorizations.push(req.headers['proxy-authorization'])
    socket.on('error', () => undefined)
    const port = ports[target.replace(/:\d+$/, '')]
    if (port === undefined) {
      socket.end('HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n')
      return
    }
    const other = net.connect(port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
      if (head.length > 0) other.write(head)
      other.pipe(socket).pipe(other)
    })
    sockets.add(other)
    other.on('error', () => socket.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    targets,
    authorizations,
    stop: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy()
        server.close(() => resolve())
      }),
  }
}
