import { once } from 'node:events'
import net, { type AddressInfo, type Server, type Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'

/**
 * A network fault between a service and its upstream. `afterBytes` counts the bytes that the upstream sends on
 * a connection after {@link FaultProxy.inject}.
 */
export type Fault =
  /** New connections are refused; open connections stay open. */
  | { readonly kind: 'refuse' }
  /** The connection is reset after this many bytes. Default 0: as soon as the service has sent something. */
  | { readonly kind: 'reset'; readonly afterBytes?: number }
  /** Connections are accepted, but nothing is ever sent on them. */
  | { readonly kind: 'hang' }
  /** Data is passed on a few bytes at a time. Default 1 byte every 50 ms. */
  | { readonly kind: 'drip'; readonly bytes?: number; readonly everyMs?: number }
  /** The connection is closed normally after this many bytes, as if the response were complete. */
  | { readonly kind: 'truncate'; readonly afterBytes: number }
  /** Neither side receives further data from the other, and neither gets an error. */
  | { readonly kind: 'half-open' }
  /**
   * The service receives bytes that are neither HTTP nor TLS, and the connection is then closed, as if a server that
   * speaks another protocol listened on the port.
   */
  | { readonly kind: 'garbage' }

export interface FaultProxyOptions {
  /** Where connections go while there is no fault, such as a simulator at `http://127.0.0.1:4010`. */
  readonly target: string
}

/** A TCP proxy on 127.0.0.1 that breaks connections on demand. It does not interpret the data. */
export interface FaultProxy {
  readonly port: number
  /** The value for `GENESYS_API_URL`, `GENESYS_LOGIN_URL` and `GENESYS_CDN_URL`. */
  readonly url: string
  /** The value for `GENESYS_MESSAGING_URL`. */
  readonly messagingUrl: string
  /** The number of the service's open connections. */
  readonly connections: number
  /** Applies the fault to new and open connections until {@link heal}. It replaces the previous fault. */
  inject(fault: Fault): Promise<void>
  /** Ends the fault. Connections that were hung or half-open are reset, as when a network recovers. */
  heal(): Promise<void>
  stop(): Promise<void>
}

const HOST = '127.0.0.1'
const GARBAGE = Buffer.from('\u0000\u0001not a protocol\r\n\r\n', 'latin1')

/** @throws if the target is not a URL */
export async function startFaultProxy({ target }: FaultProxyOptions): Promise<FaultProxy> {
  const { hostname, port: targetPort, protocol } = new URL(target)
  const port = Number(targetPort) || (/^(https|wss):/.test(protocol) ? 443 : 80)
  const tunnels = new Set<Tunnel>()
  let fault: Fault | undefined
  let server = await listen(0, accept)
  const { port: ownPort } = server.address() as AddressInfo

  function accept(client: Socket): void {
    const tunnel = new Tunnel(client, () => net.connect(port, hostname), fault)
    tunnels.add(tunnel)
    client.on('close', () => tunnels.delete(tunnel))
  }
  async function setListening(isListening: boolean): Promise<void> {
    if (server.listening === isListening) return
    if (isListening) server = await listen(ownPort, accept)
    else server.close()
  }

  return {
    port: ownPort,
    url: `http://${HOST}:${ownPort}`,
    messagingUrl: `ws://${HOST}:${ownPort}`,
    get connections() {
      return tunnels.size
    },
    async inject(next) {
      fault = next
      await setListening(next.kind !== 'refuse')
      for (const tunnel of tunnels) tunnel.setFault(next)
    },
    async heal() {
      const wasSilent = fault?.kind === 'hang' || fault?.kind === 'half-open'
      fault = undefined
      await setListening(true)
      for (const tunnel of tunnels) {
        tunnel.setFault(undefined)
        if (wasSilent) tunnel.reset()
      }
    },
    async stop() {
      for (const tunnel of tunnels) tunnel.reset()
      await new Promise<void>((resolve) => {
        server.close(() => resolve())
      })
    },
  }
}

async function listen(port: number, accept: (client: Socket) => void): Promise<Server> {
  const server = net.createServer({ allowHalfOpen: true }, accept)
  server.listen(port, HOST)
  await once(server, 'listening')
  return server
}

/** One of the service's connections, and its counterpart to the upstream. */
class Tunnel {
  #fault: Fault | undefined
  readonly #client: Socket
  readonly #connect: () => Socket
  #upstream: Socket | undefined
  #sentBytes = 0
  /** Chunks are written one after another, even if they drip. */
  #writing = Promise.resolve()

  constructor(client: Socket, connect: () => Socket, fault: Fault | undefined) {
    this.#fault = fault
    this.#client = client
    this.#connect = connect
    client.on('error', () => undefined)
    client.on('data', (chunk: Buffer) => this.#fromClient(chunk))
    client.on('end', () => this.#upstream?.end())
    client.on('close', () => this.#upstream?.destroy())
  }

  setFault(fault: Fault | undefined): void {
    this.#fault = fault
    this.#sentBytes = 0
  }

  reset(): void {
    this.#client.resetAndDestroy()
  }

  #fromClient(chunk: Buffer): void {
    const fault = this.#fault
    if (fault?.kind === 'hang' || fault?.kind === 'half-open') return
    if (fault?.kind === 'garbage') {
      this.#client.end(GARBAGE)
      return
    }
    if (fault?.kind === 'reset' && this.#limitReached(fault.afterBytes ?? 0)) {
      this.reset()
      return
    }
    this.#upstream ??= this.#open()
    this.#upstream.write(chunk)
  }

  #open(): Socket {
    const upstream = this.#connect()
    upstream.on('error', () => this.reset())
    upstream.on('data', (chunk: Buffer) => {
      this.#writing = this.#writing.then(() => this.#toClient(chunk))
    })
    upstream.on('end', () => {
      void this.#writing.then(() => this.#fault?.kind !== 'half-open' && this.#client.end())
    })
    return upstream
  }

  async #toClient(chunk: Buffer): Promise<void> {
    const fault = this.#fault
    if (this.#client.destroyed || fault?.kind === 'hang' || fault?.kind === 'half-open') return
    if (fault?.kind === 'drip') await this.#drip(chunk, fault)
    else if (fault?.kind === 'reset' || fault?.kind === 'truncate') this.#cut(chunk, fault)
    else this.#write(chunk)
  }

  #write(chunk: Buffer): void {
    this.#sentBytes += chunk.length
    this.#client.write(chunk)
  }

  async #drip(chunk: Buffer, { bytes = 1, everyMs = 50 }: Extract<Fault, { kind: 'drip' }>): Promise<void> {
    for (let at = 0; at < chunk.length && !this.#client.destroyed; at += bytes) {
      // If the fault has ended, the rest is sent in one piece.
      if (this.#fault?.kind !== 'drip') {
        this.#write(chunk.subarray(at))
        return
      }
      this.#write(chunk.subarray(at, at + bytes))
      await delay(everyMs, undefined, { ref: false })
    }
  }

  #cut(chunk: Buffer, fault: Extract<Fault, { kind: 'reset' | 'truncate' }>): void {
    const leftBytes = Math.max(0, (fault.afterBytes ?? 0) - this.#sentBytes)
    const part = chunk.subarray(0, leftBytes)
    if (part.length > 0) this.#write(part)
    if (chunk.length <= leftBytes) return
    if (fault.kind === 'truncate') this.#client.end()
    else this.#client.write('', () => this.reset())
  }

  #limitReached(bytes: number): boolean {
    return this.#sentBytes >= bytes
  }
}
