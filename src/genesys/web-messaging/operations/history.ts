import * as z from 'zod'
import { withDeadline } from '../../../upstream/with-deadline.ts'
import type { UpstreamClient } from '../../../upstream/upstream-client.ts'
import { UpstreamError } from '../../../upstream/upstream-error.ts'
import type { Guest, Message, MessagePage } from '../../guest-api.ts'
import { StructuredMessage, type Frame } from '../wire/frames.ts'
import type { GuestConnection } from '../connection/guest-connection.ts'
import type { GuestConnections } from '../connection/guest-connections.ts'
import { readMessage } from '../wire/read-message.ts'
import { getJwt } from '../wire/requests.ts'

export interface PageRequest {
  readonly pageSize: number
  readonly pageNumber: number
}

export interface History {
  /** Callers who ask for the same page at the same time share one answer. */
  readonly page: (guest: Guest, page: PageRequest, deadlineAtMs: number) => Promise<MessagePage>
  /** Entries as they are now, newest first, {@link SEARCH_PAGE_SIZE} a page. */
  readonly newest: (guest: Guest, deadlineAtMs: number, pageNumber?: number) => Promise<StructuredMessage[]>
}

/** What one guest's reads share; gone with its connection. */
interface GuestReads {
  readonly underWay: Map<string, Promise<WirePage>>
  /** Of the last minute, oldest first. */
  callsAtMs: number[]
  /** Genesys: it reads the session that was configured when it was asked for. */
  jwt: { readonly value: string; readonly expiresAtMs: number; readonly configurations: number } | undefined
}

const WirePage = z.object({
  entities: z
    .array(z.unknown())
    .transform((entities) => entities.flatMap((entity) => StructuredMessage.safeParse(entity).data ?? [])),
  total: z.number().optional().catch(undefined),
  pageCount: z.number().optional().catch(undefined),
})
type WirePage = z.infer<typeof WirePage>

/** Genesys' own client renews the JWT when it has no more than this left. */
const JWT_MARGIN_MS = 5_000
/** Genesys: 10 history calls a minute for a session. */
const CALLS_PER_MINUTE = 10
const MINUTE_MS = 60_000
export const SEARCH_PAGE_SIZE = 25

export function createHistory(options: {
  readonly api: UpstreamClient
  readonly apiUrl: string
  readonly connections: GuestConnections
  readonly now: () => number
  readonly monotonicNow: () => number
}): History {
  const { api, apiUrl, connections, now, monotonicNow } = options
  const readsOf = new WeakMap<GuestConnection, GuestReads>()

  function readsBy(connection: GuestConnection): GuestReads {
    let reads = readsOf.get(connection)
    if (!reads) readsOf.set(connection, (reads = { underWay: new Map(), callsAtMs: [], jwt: undefined }))
    return reads
  }

  function countCall(reads: GuestReads): void {
    const nowMs = monotonicNow()
    reads.callsAtMs = reads.callsAtMs.filter((atMs) => nowMs - atMs < MINUTE_MS)
    const [oldest] = reads.callsAtMs
    if (oldest !== undefined && reads.callsAtMs.length >= CALLS_PER_MINUTE) {
      const retryAfterSeconds = Math.ceil((oldest + MINUTE_MS - nowMs) / 1000)
      throw new UpstreamError('upstream_rate_limited', 'Genesys allows ten reads of the history a minute', {
        retryAfterSeconds,
      })
    }
    reads.callsAtMs.push(nowMs)
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
      readAnswer: (frame: Frame) => (frame.class === 'JwtResponse' ? frame.body : undefined),
      ifLost: 'send-again',
    })
    const { configurations } = connection.session
    reads.jwt = { value: jwt, expiresAtMs: exp * 1000, configurations }
    return jwt
  }

  async function read(guest: Guest, page: PageRequest, deadlineAtMs: number): Promise<WirePage> {
    const connection = connections.of(guest)
    const reads = readsBy(connection)
    const call = async () => {
      const jwt = await jwtOf(connection, reads, deadlineAtMs)
      countCall(reads)
      return api.request({
        operation: 'give the history',
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
    try {
      return await call()
    } catch (error) {
      if (!(error instanceof UpstreamError) || error.facts.status !== 401 || !reads.jwt) throw error
      // The platform's clock may be ahead of ours: once more with a fresh one.
      reads.jwt = undefined
      return call()
    }
  }

  function readOnce(guest: Guest, page: PageRequest, deadlineAtMs: number): Promise<WirePage> {
    const { underWay } = readsBy(connections.of(guest))
    const key = `${page.pageSize}/${page.pageNumber}`
    const known = underWay.get(key)
    if (known) return withDeadline(known, deadlineAtMs - monotonicNow(), 'The history did not come in time.')
    const reading = read(guest, page, deadlineAtMs).finally(() => underWay.delete(key))
    underWay.set(key, reading)
    return reading
  }

  return {
    async page(guest, page, deadlineAtMs) {
      const { entities, total, pageCount } = await readOnce(guest, page, deadlineAtMs)
      const connection = connections.of(guest)
      connection.notePoll()
      const { pickers } = connection
      const messages = oldestFirst(entities, now(), (message, entity) => pickers.note(message, entity))
      return { messages, ...page, total: total ?? messages.length, pageCount: pageCount ?? page.pageNumber }
    },
    async newest(guest, deadlineAtMs, pageNumber = 1) {
      return (await read(guest, { pageSize: SEARCH_PAGE_SIZE, pageNumber }, deadlineAtMs)).entities
    },
  }
}

/** Genesys: newest first, and `channel.time` can be null: such a message stands with its elder neighbour. */
function oldestFirst(
  entities: readonly StructuredMessage[],
  nowMs: number,
  onMessage: (message: Message, entity: StructuredMessage) => void,
): Message[] {
  const messages: Message[] = []
  for (const entity of entities.toReversed()) {
    const elder = messages.at(-1)
    const message = readMessage(entity, elder ? Date.parse(elder.time) : nowMs)
    if (!message) continue
    onMessage(message, entity)
    messages.push(message)
  }
  return messages
}
