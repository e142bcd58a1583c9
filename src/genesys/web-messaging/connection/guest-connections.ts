import type { Guest } from '../../guest-api.ts'
import { UpstreamError } from '../../../upstream/upstream-error.ts'
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
  const slots = Array.from({ length: BEATS }, () => new Set<GuestConnection>())
  let made = 0
  let turn = 0
  let timer: NodeJS.Timeout | undefined
  let isClosed = false

  function beat(): void {
    const nowMs = settings.now()
    turn = (turn + 1) % BEATS
    for (const connection of slots[turn] ?? []) {
      if (connection.tick(nowMs)) continue
      slots[turn]?.delete(connection)
      connections.delete(connection.socket.token)
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
      slots[made++ % BEATS]?.add(connection)
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
      for (const slot of slots) slot.clear()
    },
  }
}
