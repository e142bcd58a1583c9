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

/** One beat for all guests' pings, idle ends and reconnects: a timer per guest would cost more than the guest. */
const BEAT_MS = 250

/**
 * @param reconnectsPerMinute of guests who only listen. Genesys: 1000 connections a minute for a deployment;
 *   after a breakdown all of them want to come back at once.
 */
export function createGuestConnections(
  settings: ConnectionSettings,
  reconnectsPerMinute: number,
): GuestConnections {
  const connections = new Map<string, GuestConnection>()
  const reconnectsPerBeat = (reconnectsPerMinute * BEAT_MS) / 60_000
  let reconnectsLeft = reconnectsPerBeat
  let timer: NodeJS.Timeout | undefined
  let isClosed = false

  function mayConnect(): boolean {
    if (reconnectsLeft < 1) return false
    reconnectsLeft--
    return true
  }

  function beat(): void {
    const nowMs = settings.now()
    reconnectsLeft = Math.min(reconnectsLeft + reconnectsPerBeat, Math.max(1, reconnectsPerBeat))
    for (const [token, connection] of connections) {
      if (!connection.tick(nowMs, mayConnect)) connections.delete(token)
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
      timer ??= setInterval(beat, BEAT_MS).unref()
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
