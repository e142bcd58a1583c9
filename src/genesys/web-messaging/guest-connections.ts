import type { Guest } from '../guest-api.ts'
import { UpstreamError } from '../../http/upstream-error.ts'
import type { ConnectionSettings } from './connection-settings.ts'
import { GuestConnection } from './guest-connection.ts'

export interface GuestConnections {
  /** The guest's one connection; made, but not opened, when there is none. */
  of(guest: Guest, isNew?: boolean): GuestConnection
  /** How many guests have one, for metrics. */
  readonly size: number
  close(): void
}

/** How often each guest's ping, idle end and reconnect is looked at. */
const ROUND_MS = 250
/**
 * One beat for all: a timer per guest would cost more than the guest. Each beat looks at a tenth of them, as
 * looking at thousands takes so long that the messages meanwhile would be late.
 */
const BEATS = 10

export function createGuestConnections(settings: ConnectionSettings): GuestConnections {
  const connections = new Map<string, GuestConnection>()
  let round = connections.entries()
  let beats = 0
  let timer: NodeJS.Timeout | undefined
  let isClosed = false

  function beat(): void {
    const nowMs = settings.now()
    if (beats === 0) round = connections.entries()
    beats = (beats + 1) % BEATS
    const isLast = beats === 0
    for (let left = Math.floor(connections.size / BEATS); left > 0 || isLast; left--) {
      const next = round.next()
      if (next.done === true) break
      const [token, connection] = next.value
      if (!connection.tick(nowMs)) connections.delete(token)
    }
    if (connections.size > 0) return
    clearInterval(timer)
    timer = undefined
  }

  return {
    of({ ref, origin }, isNew = false) {
      const { token, jwt, refreshToken } = ref
      if (token === undefined) throw new UpstreamError('session_ended', 'The guest has no token')
      if (isClosed) throw new UpstreamError('upstream_unavailable', 'The service is going away')
      const known = connections.get(token)
      if (known) {
        if (jwt !== undefined) known.socket.credentials ??= { jwt, refreshToken }
        known.touch()
        return known
      }
      const connection = new GuestConnection(settings, { token, origin, isNew })
      if (jwt !== undefined) connection.socket.credentials = { jwt, refreshToken }
      connections.set(token, connection)
      timer ??= setInterval(beat, ROUND_MS / BEATS).unref()
      return connection
    },
    get size() {
      return connections.size
    },
    close() {
      isClosed = true
      clearInterval(timer)
      for (const connection of connections.values()) connection.close()
      connections.clear()
    },
  }
}
