import { UpstreamError } from '../../../../errors/upstream-error.ts'
import type { Guest, JourneyContext } from '../../../guest-api.ts'
import { GuestConnection, type ConnectionSettings } from './guest-connection.ts'

export interface GuestConnections {
  /** The guest's only connection. If there is none, it is created, but not opened. */
  of(guest: Guest, isNew?: boolean): GuestConnection
  /** Whether this guest has a connection, open or about to be opened. */
  isConnected(guest: Guest): boolean
  /** The number of guests that have a connection. */
  readonly size: number
  close(): void
}

/** The interval at which each guest's ping, idle timeout and reconnect are checked. */
const SWEEP_MS = 250
/**
 * One timer for all guests: a timer for each would cost more than the guest itself. Each tick sweeps a tenth of
 * the guests, because checking thousands in one turn of the event loop would delay messages.
 */
const SHARDS = 10

export function createGuestConnections(settings: ConnectionSettings): GuestConnections {
  const connections = new Map<string, GuestConnection>()
  const shards = Array.from({ length: SHARDS }, () => new Set<GuestConnection>())
  let created = 0
  let turn = 0
  let timer: NodeJS.Timeout | undefined
  let isClosed = false

  function sweep(): void {
    const nowMs = settings.monotonicNow()
    settings.rateLimiter.connectInTurn()
    turn = (turn + 1) % SHARDS
    for (const connection of shards[turn] ?? []) {
      if (sweepOne(connection, nowMs)) continue
      shards[turn]?.delete(connection)
      connections.delete(connection.socket.token)
    }
    if (connections.size > 0) return
    clearInterval(timer)
    timer = undefined
  }

  function sweepOne(connection: GuestConnection, nowMs: number): boolean {
    try {
      return connection.sweep(nowMs)
    } catch (error) {
      settings.onUnexpectedError(error, 'sweep a connection')
      const failure = new UpstreamError('upstream_unavailable', 'The connection failed unexpectedly')
      connection.socket.reconnect(failure, 'unexpected_error')
      return true
    }
  }

  function create(token: string, origin: string | undefined, isNew: boolean): GuestConnection {
    const connection = new GuestConnection(settings, { token, origin, isNew })
    connections.set(token, connection)
    shards[created++ % SHARDS]?.add(connection)
    timer ??= setInterval(sweep, SWEEP_MS / SHARDS).unref()
    return connection
  }

  return {
    of({ ref, origin }, isNew = false) {
      const { token, jwt, refreshToken, journey } = ref
      if (token === undefined) throw new UpstreamError('session_ended', 'The guest has no token')
      if (isClosed) throw new UpstreamError('upstream_unavailable', 'The service is shutting down')
      const connection = connections.get(token) ?? create(token, origin, isNew)
      if (journey !== undefined) connection.socket.journeyContext ??= JSON.parse(journey) as JourneyContext
      if (jwt !== undefined) connection.socket.credentials ??= { jwt, refreshToken }
      connection.touch()
      return connection
    },
    isConnected({ ref }) {
      const connection = ref.token === undefined ? undefined : connections.get(ref.token)
      return connection !== undefined && !connection.socket.isIdle
    },
    get size() {
      return connections.size
    },
    close() {
      isClosed = true
      clearInterval(timer)
      for (const connection of connections.values()) connection.close()
      connections.clear()
      for (const shard of shards) shard.clear()
    },
  }
}
