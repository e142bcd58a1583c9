// Attacks that stay within the limits of the protocol, but try to exhaust shared resources. Each command ends by itself
// and closes what it opened.
import { setTimeout as pause } from 'node:timers/promises'
import { ORIGIN } from '../harness/service-settings.mjs'
import { requestBytes } from '../harness/http-wire.mjs'

/** The attacks, which use these functions from attacker.mjs. */
export function abuses({ connect, exchange, statusOf, nextToken, openGuest }) {
  const guestHeaders = (token = nextToken()) => ({ origin: ORIGIN, authorization: `Bearer ${token}` })

  async function ask(request, options) {
    const socket = connect(options)
    const answer = await exchange(socket, requestBytes(request))
    socket.destroy()
    return answer ? statusOf(answer) : 0
  }

  /**
   * Calls `run` `perSecond` times per second, without waiting for the results.
   * @returns how many times each status occurred
   */
  async function every(perSecond, forMs, run) {
    const statuses = {}
    const all = []
    const until = performance.now() + forMs
    while (performance.now() < until) {
      all.push(run().then((status) => (statuses[status] = (statuses[status] ?? 0) + 1)))
      await pause(1000 / perSecond)
    }
    await Promise.all(all)
    return statuses
  }

  /** Four requests per second, each with 15 KB of tabs in its cookie header. */
  async function cookies({ forMs }) {
    const cookie = `a${'\t'.repeat(15_600)}a`
    const request = { method: 'GET', path: '/guest-session', headers: { origin: ORIGIN, cookie } }
    return { statuses: await every(4, forMs, () => ask(request)) }
  }

  /** One guest's uploads, which send one byte per second and start again when the service ends them. */
  async function trickledUploads({ forMs, count }) {
    const until = performance.now() + forMs
    const statuses = {}
    const headers = { ...guestHeaders(), 'content-type': 'image/png', 'content-length': '50000' }
    const bytes = requestBytes({ path: '/attachments?fileName=a.png', headers })
    const run = async () => {
      while (performance.now() < until) {
        const socket = connect()
        let status = 0
        socket.on('data', (chunk) => (status ||= Number(chunk.toString('latin1', 9, 12))))
        socket.write(bytes)
        while (performance.now() < until && status === 0 && !socket.destroyed) {
          socket.write('a')
          await pause(1000)
        }
        statuses[status] = (statuses[status] ?? 0) + 1
        socket.destroy()
        await pause(500)
      }
    }
    await Promise.all(Array.from({ length: count }, run))
    return { statuses }
  }

  /**
   * Guests at two addresses who are idle until their connections to Genesys are closed, and then all send a request at
   * the same time.
   */
  async function quietGuests({ count, idleMs, rounds }) {
    const guests = []
    for (let at = 0; at < count; at++) {
      const localAddress = `127.0.0.${2 + (at % 2)}`
      const token = await openGuest(localAddress)
      if (token) guests.push({ localAddress, token })
    }
    const statuses = {}
    for (let round = 0; round < rounds; round++) {
      await pause(idleMs)
      await Promise.all(
        guests.map(async ({ localAddress, token }) => {
          const headers = guestHeaders(token)
          const status = await ask({ path: '/typing', headers }, { localAddress })
          statuses[status] = (statuses[status] ?? 0) + 1
        }),
      )
    }
    return { guests: guests.length, statuses }
  }

  /** Readiness probes, each sent as soon as the previous probe got its response. */
  async function readiness({ forMs, connections }) {
    const until = performance.now() + forMs
    let asked = 0
    const run = async () => {
      const socket = connect()
      while (performance.now() < until && !socket.destroyed) {
        await exchange(socket, requestBytes({ method: 'GET', path: '/readyz' }))
        asked += 1
      }
      socket.destroy()
    }
    await Promise.all(Array.from({ length: connections }, run))
    return { asked }
  }

  /** Connections on which a request head never ends: the first head, or the head that follows a served request. */
  async function heads({ count, bytes, holdMs, isSecond = false }) {
    const sockets = []
    for (let at = 0; at < count; at++) {
      const socket = connect()
      socket.resume()
      const head = `GET /guest-session HTTP/1.1\r\nhost: 127.0.0.1\r\nx-filler: ${'x'.repeat(bytes)}`
      if (isSecond) {
        socket.write(requestBytes({ method: 'GET', path: '/healthz', headers: { origin: ORIGIN } }))
        socket.once('data', () => socket.write(head))
      } else socket.write(head)
      sockets.push(socket)
      if (at % 100 === 99) await pause(20)
    }
    await pause(holdMs)
    const open = sockets.filter((socket) => socket.readyState === 'open').length
    for (const socket of sockets) socket.destroy()
    return { opened: count, stillOpen: open }
  }

  /** Retries, because the service refuses the address while requests from an earlier attack are in flight. */
  async function openPatiently(localAddress) {
    for (let tries = 0; tries < 20; tries++) {
      const token = await openGuest(localAddress)
      if (token !== undefined) return token
      await pause(500)
    }
    throw new Error(`no guest could be opened from ${localAddress}`)
  }

  /** Guests at four addresses, each with many simultaneous requests that wait for a slow platform. */
  async function slots({ guestsEach, requestsEach, forMs }) {
    const guests = []
    for (let at = 0; at < 4 * guestsEach; at++) {
      const localAddress = `127.0.0.${2 + (at % 4)}`
      const token = await openPatiently(localAddress)
      // From now on the platform takes seconds for this guest's history.
      await ask({ path: '/messages', headers: guestHeaders(token), body: { text: 'slow' } }, { localAddress })
      guests.push({ localAddress, token })
    }
    const until = performance.now() + forMs
    const statuses = {}
    await Promise.all(
      guests.flatMap(({ localAddress, token }) =>
        Array.from({ length: requestsEach }, async () => {
          while (performance.now() < until) {
            const request = { method: 'GET', path: '/messages', headers: guestHeaders(token) }
            const status = await ask(request, { localAddress })
            statuses[status] = (statuses[status] ?? 0) + 1
            await pause(100)
          }
        }),
      ),
    )
    return { guests: guests.length, statuses }
  }

  return { cookies, trickledUploads, quietGuests, readiness, heads, slots }
}
