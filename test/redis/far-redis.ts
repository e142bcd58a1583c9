import { once } from 'node:events'
import net, { type AddressInfo } from 'node:net'

/** Adds latency to a Redis, and records what is sent to it. Everything sent before a reply counts as one round trip. */
export interface FarRedis {
  readonly url: string
  /** The texts of each round trip since the last {@link forget}, in order. */
  readonly roundTrips: readonly string[]
  forget(): void
  close(): void
}

/** @param url of the Redis itself; half of the round trip is added in each direction */
export async function startFarRedis(url: string, roundTripMs: number): Promise<FarRedis> {
  const target = new URL(url)
  const sockets = new Set<net.Socket>()
  let roundTrips: string[] = []
  let isAnswered = true

  function note(bytes: Buffer): void {
    const before = isAnswered ? '' : (roundTrips.pop() ?? '')
    roundTrips.push(before + bytes.toString())
    isAnswered = false
  }

  const server = net.createServer((client) => {
    const redis = net.connect(Number(target.port), target.hostname)
    client.on('data', note)
    for (const [from, to] of [
      [client, redis],
      [redis, client],
    ] as const) {
      sockets.add(from)
      from.on('data', (bytes) =>
        setTimeout(() => {
          if (to === client) isAnswered = true
          to.write(bytes)
        }, roundTripMs / 2),
      )
      from.on('error', () => undefined)
      from.on('close', () => to.destroy())
    }
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const far = new URL(url)
  far.port = String((server.address() as AddressInfo).port)
  return {
    url: far.href,
    get roundTrips() {
      return roundTrips
    },
    forget() {
      roundTrips = []
      isAnswered = true
    },
    close() {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}
