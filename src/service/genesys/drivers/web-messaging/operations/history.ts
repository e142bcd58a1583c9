import * as z from 'zod'
import { withDeadline } from '../../../../outgoing-http/with-deadline.ts'
import type { UpstreamClient } from '../../../../outgoing-http/upstream-client.ts'
import { UpstreamError } from '../../../../errors/upstream-error.ts'
import type { Guest, Message, MessagePage } from '../../../guest-api.ts'
import { StructuredMessage, type Frame } from '../wire/frames.ts'
import type { GuestConnection } from '../connection/guest-connection.ts'
import type { GuestConnections } from '../connection/guest-connections.ts'
import { maybe } from '../wire/json-schemas.ts'
import { readMessage } from '../wire/read-message.ts'
import { getJwt } from '../wire/requests.ts'

export interface PageRequest {
  readonly pageSize: number
  readonly pageNumber: number
}

export interface History {
  /** Callers who request the same page at the same time share one response. */
  readonly page: (guest: Guest, page: PageRequest, deadlineAtMs: number) => Promise<MessagePage>
  /** The current entries, newest first, {@link SEARCH_PAGE_SIZE} per page. */
  readonly newest: (guest: Guest, deadlineAtMs: number, pageNumber?: number) => Promise<StructuredMessage[]>
  /**
   * Reserves reads, so that an operation that needs several reads is not started with too few.
   * @throws {UpstreamError} `upstream_rate_limited`, with the time when enough reads will be available
   */
  readonly reserve: (guest: Guest, count: number) => ReservedReads
}

export interface ReservedReads {
  /** Like {@link History.newest}, but uses one of the reserved reads. */
  newest(deadlineAtMs: number, pageNumber?: number): Promise<StructuredMessage[]>
  /** Changes the number of reserved reads. @throws as {@link History.reserve} */
  resize(count: number): void
}

/** State shared by one guest's reads; it is dropped with the guest's connection. */
interface GuestReads {
  readonly inFlight: Map<string, Promise<WirePage>>
  /** Times of the last minute's reads, oldest first. */
  callsAtMs: number[]
  /** Reserved but not made yet. */
  reserved: number
  /** Genesys: a JWT gives access to the session that was configured when the JWT was issued. */
  jwt: { readonly value: string; readonly expiresAtMs: number; readonly configurations: number } | undefined
}

/** The largest page that a caller can request; further entries are ignored. */
const MAX_PAGE_SIZE = 100

const Count = maybe(z.int().nonnegative())
const WirePage = z.object({
  entities: z
    .array(z.unknown())
    .transform((entities) =>
      entities.slice(0, MAX_PAGE_SIZE).flatMap((entity) => StructuredMessage.safeParse(entity).data ?? []),
    ),
  total: Count,
  pageCount: Count,
})
type WirePage = z.infer<typeof WirePage>

/** Genesys' own client renews the JWT when at most this much of its lifetime is left. */
const JWT_MARGIN_MS = 5_000
/** Genesys: 10 history calls per minute and session. */
const CALLS_PER_MINUTE = 10
const MINUTE_MS = 60_000
export const SEARCH_PAGE_SIZE = 25

interface HistoryOptions {
  readonly api: UpstreamClient
  readonly apiUrl: string
  readonly connections: GuestConnections
  readonly now: () => number
  readonly monotonicNow: () => number
}

export function createHistory(options: HistoryOptions): History {
  const { connections, now, monotonicNow } = options
  const readsOf = new WeakMap<GuestConnection, GuestReads>()

  function readsBy(connection: GuestConnection): GuestReads {
    let reads = readsOf.get(connection)
    if (!reads)
      readsOf.set(connection, (reads = { inFlight: new Map(), callsAtMs: [], reserved: 0, jwt: undefined }))
    return reads
  }

  async function jwtOf(
    connection: GuestConnection,
    reads: GuestReads,
    deadlineAtMs: number,
  ): Promise<string> {
    const known = reads.jwt
    const isOfThisSession = known?.configurations === connection.session.configurations
    if (known && isOfThisSession && now() < known.expiresAtMs - JWT_MARGIN_MS) return known.value
    const { jwt, exp } = await connection.request({
      frame: getJwt(),
      purpose: 'read',
      deadlineAtMs,
      readResponse: (frame: Frame) => (frame.class === 'JwtResponse' ? frame.body : undefined),
      ifLost: 'send-again',
    })
    const { configurations } = connection.session
    reads.jwt = { value: jwt, expiresAtMs: exp * 1000, configurations }
    return jwt
  }

  async function read(
    guest: Guest,
    page: PageRequest,
    deadlineAtMs: number,
    takeReserved?: () => void,
  ): Promise<WirePage> {
    const connection = connections.of(guest)
    const reads = readsBy(connection)
    const call = async () => {
      const jwt = await jwtOf(connection, reads, deadlineAtMs)
      takeReserved?.()
      requireReads(reads, 1, monotonicNow())
      return counted(reads, monotonicNow(), () => requestPage(options, { guest, page, jwt, deadlineAtMs }))
    }
    try {
      return await call()
    } catch (error) {
      if (!(error instanceof UpstreamError) || error.facts.status !== 401 || !reads.jwt) throw error
      // The platform's clock may be ahead of ours: retry once with a fresh JWT.
      reads.jwt = undefined
      return call()
    }
  }

  function readOnce(guest: Guest, page: PageRequest, deadlineAtMs: number): Promise<WirePage> {
    const { inFlight } = readsBy(connections.of(guest))
    const key = `${page.pageSize}/${page.pageNumber}`
    const known = inFlight.get(key)
    if (known)
      return withDeadline(
        known,
        deadlineAtMs - monotonicNow(),
        'Genesys did not respond in time (read_history).',
      )
    const reading = read(guest, page, deadlineAtMs).finally(() => inFlight.delete(key))
    inFlight.set(key, reading)
    return reading
  }

  async function newest(
    guest: Guest,
    deadlineAtMs: number,
    pageNumber = 1,
    takeReserved?: () => void,
  ): Promise<StructuredMessage[]> {
    const page = { pageSize: SEARCH_PAGE_SIZE, pageNumber }
    return (await read(guest, page, deadlineAtMs, takeReserved)).entities
  }

  function reserve(guest: Guest, count: number): ReservedReads {
    const reads = readsBy(connections.of(guest))
    let left = 0
    const resize = (wanted: number) => {
      if (wanted > left) requireReads(reads, wanted - left, monotonicNow())
      reads.reserved += wanted - left
      left = wanted
    }
    const take = () => resize(Math.max(0, left - 1))
    resize(count)
    return {
      newest: (deadlineAtMs, pageNumber) => newest(guest, deadlineAtMs, pageNumber, take),
      resize,
    }
  }

  return {
    reserve,
    newest: (guest, deadlineAtMs, pageNumber) => newest(guest, deadlineAtMs, pageNumber),
    async page(guest, page, deadlineAtMs) {
      const { entities, total, pageCount } = await readOnce(guest, page, deadlineAtMs)
      const connection = connections.of(guest)
      connection.notePoll()
      const { choices } = connection
      const messages = oldestFirst(entities, now(), (message, entity) => choices.note(message, entity))
      return { messages, ...page, total: total ?? messages.length, pageCount: pageCount ?? page.pageNumber }
    },
  }
}

function requestPage(
  { api, apiUrl }: HistoryOptions,
  request: { guest: Guest; page: PageRequest; jwt: string; deadlineAtMs: number },
): Promise<WirePage> {
  const { guest, page, jwt, deadlineAtMs } = request
  return api.request({
    operation: 'read_history',
    method: 'GET',
    url: `${apiUrl}/api/v2/webmessaging/messages?pageSize=${page.pageSize}&pageNumber=${page.pageNumber}`,
    headers: {
      authorization: `bearer ${jwt}`,
      ...(guest.origin !== undefined && { origin: guest.origin }),
    },
    schema: WirePage,
    retry: 'idempotent',
    deadlineAtMs,
  })
}

/** @throws if the platform allows fewer than `count` reads now */
function requireReads(reads: GuestReads, count: number, nowMs: number): void {
  reads.callsAtMs = reads.callsAtMs.filter((atMs) => nowMs - atMs < MINUTE_MS)
  const { callsAtMs, reserved } = reads
  const tooMany = callsAtMs.length + reserved + count - CALLS_PER_MINUTE
  if (tooMany <= 0) return
  // Reads that are only reserved are soon used or released.
  const atMs = tooMany <= reserved ? undefined : callsAtMs[tooMany - 1]
  const retryAfterSeconds = atMs === undefined ? 1 : Math.ceil((atMs + MINUTE_MS - nowMs) / 1000)
  throw new UpstreamError('upstream_rate_limited', 'Genesys allows ten reads of the history per minute', {
    retryAfterSeconds,
  })
}

/** A read without a response is not counted: after an outage, reads are possible immediately. */
async function counted<T>(reads: GuestReads, atMs: number, call: () => Promise<T>): Promise<T> {
  reads.callsAtMs.push(atMs)
  try {
    return await call()
  } catch (error) {
    const at = isUnanswered(error) ? reads.callsAtMs.indexOf(atMs) : -1
    if (at !== -1) reads.callsAtMs.splice(at, 1)
    throw error
  }
}

function isUnanswered(error: unknown): boolean {
  return error instanceof UpstreamError && UNANSWERED.has(error.code)
}

const UNANSWERED: ReadonlySet<string> = new Set(['upstream_unavailable', 'upstream_timeout'])

/**
 * Genesys sends the newest message first. `channel.time` can be null; such a message gets the time of the next
 * older message.
 */
function oldestFirst(
  entities: readonly StructuredMessage[],
  nowMs: number,
  onMessage: (message: Message, entity: StructuredMessage) => void,
): Message[] {
  const messages: Message[] = []
  for (const entity of entities.toReversed()) {
    const previous = messages.at(-1)
    const message = readMessage(entity, previous ? Date.parse(previous.time) : nowMs)
    if (!message) continue
    onMessage(message, entity)
    messages.push(message)
  }
  return messages
}
