import { once } from 'node:events'
import net, { type AddressInfo, type Server, type Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'

/**
 * A network fault between a service and its upstream. Bytes are those that the upstream sends on a
 * connection, counted from {@link FaultProxy.inject}.
 */
export type Fault =
  /** New connections are refused; open connections stay. */
  | { readonly kind: 'refuse' }
  /** The connection is reset after this many bytes. Default 0: as soon as the service has sent something. */
  | { readonly kind: 'reset'; readonly afterBytes?: number }
  /** Connections are accepted, but nothing is ever sent on them. */
  | { readonly kind: 'hang' }
  /** A few bytes at a time. Default 1 byte every 50 ms. */
  | { readonly kind: 'drip'; readonly bytes?: number; readonly everyMs?: number }
  /** The connection ends, as if all had been said, after so many bytes. */
  | { readonly kind: 'truncate'; readonly afterBytes: number }
  /** Neither side receives data from the other any more, and neither gets an error. */
  | { readonly kind: 'half-open' }
  /** Bytes that are neither HTTP nor TLS, then the end: what a TLS handshake meets on a port of something else. */
  | { readonly kind: 'garbage' }

export interface FaultProxyOptions {
  /** Where connections go while nothing is wrong, such as a simulator: `http://127.0.0.1:4010`. */
  readonly target: string
}

/** A TCP proxy on 127.0.0.1 that breaks connections on demand. It knows nothing of what goes through. */
export interface FaultProxy {
  readonly port: number
  /** For `GENESYS_API_URL`, `GENESYS_LOGIN_URL` and `GENESYS_CDN_URL`. */
  readonly url: string
  /** For `GENESYS_MESSAGING_URL`. */
  readonly messagingUrl: string
  /** Connections of the service that are open. */
  readonly connections: number
  /** From now on, on new connections and on those that are open, until {@link heal}. The fault before is over. */
  inject(fault: Fault): Promise<void>
  /** Nothing is wrong any more. Connections that were hung or half-open are reset, as a network that comes back does. */
  heal(): Promise<void>
  stop(): Promise<void>
}

const HOST = '127.0.0.1'
const GARBAGE = Buffer.from('\u0000\u0001not a protocol\r\n\r\n', 'latin1')

/** @throws when the target is not a URL */
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

/** One connection of the service, and the one that it was given to the upstream. */
class Tunnel {
  #fault: Fault | undefined
  readonly #client: Socket
  readonly #connect: () => Socket
  #upstream: Socket | undefined
  #sentBytes = 0
  /** Drips follow one another. */
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
      // Healed meanwhile: the rest comes in one piece.
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
