import { checkedFetch, eventDisagreement } from './openapi-answers.ts'

export interface ReadEvent {
  readonly id?: string
  readonly event: string
  readonly data: Record<string, unknown>
}

/** A page's stream of live events, read as any page would with `fetch`. */
export interface EventReader {
  readonly status: number
  readonly headers: Headers
  readonly events: readonly ReadEvent[]
  /** Raw comments, such as the keep-alive. */
  readonly comments: readonly string[]
  /** Resolves with the first matching event that has not been read yet; rejects after `timeoutMs`. */
  next(fits: (event: ReadEvent) => boolean, timeoutMs?: number): Promise<ReadEvent>
  /** Resolves when the service ends the stream. */
  readonly ended: Promise<void>
  close(): void
}

export async function readEvents(
  url: string,
  headers: Record<string, string>,
  options: { lastEventId?: string } = {},
): Promise<EventReader> {
  const abort = new AbortController()
  const response = await checkedFetch(`${url}/events`, {
    headers: { ...headers, ...(options.lastEventId && { 'last-event-id': options.lastEventId }) },
    signal: abort.signal,
  })
  const events: ReadEvent[] = []
  let wrong: string | undefined
  const comments: string[] = []
  const waiting = new Set<() => void>()
  const taken = new Set<ReadEvent>()

  const reader = response.body?.getReader()
  const ended = (async () => {
    let rest = ''
    const decoder = new TextDecoder()
    try {
      for (;;) {
        const read = await reader?.read()
        if (read === undefined || read.done) break
        rest += decoder.decode(read.value, { stream: true })
        const blocks = rest.split('\n\n')
        rest = blocks.pop() ?? ''
        for (const block of blocks) {
          const event = parse(block)
          if (event === undefined) comments.push(block)
          else {
            events.push(event)
            wrong ??= eventDisagreement(event.event, event.data)
          }
        }
        for (const wake of [...waiting]) wake()
      }
    } catch {
      // Closed from either side.
    }
    for (const wake of [...waiting]) wake()
  })()

  return {
    status: response.status,
    headers: response.headers,
    events,
    comments,
    ended,
    close() {
      abort.abort()
      // In Node.js 24, the signal alone does not end a fetch if garbage was collected after the request.
      void reader?.cancel().catch(() => undefined)
      if (wrong !== undefined) throw new Error(`The stream is not as /openapi.json says: ${wrong}`)
    },
    next(fits, timeoutMs = 5000) {
      return new Promise((resolve, reject) => {
        const finish = () => {
          clearTimeout(timer)
          waiting.delete(look)
        }
        const look = () => {
          const found = events.find((event) => !taken.has(event) && fits(event))
          if (found === undefined) return
          taken.add(found)
          finish()
          resolve(found)
        }
        const timer = setTimeout(() => {
          finish()
          reject(new Error(`No such event. There were: ${JSON.stringify(events)}`))
        }, timeoutMs).unref()
        waiting.add(look)
        look()
      })
    },
  }
}

export const isMessage = (text: string) => (event: ReadEvent) =>
  event.event === 'message' && event.data['text'] === text
export const isSession = (state: string) => (event: ReadEvent) =>
  event.event === 'session' && event.data['state'] === state

function parse(block: string): ReadEvent | undefined {
  const fields = new Map(
    block.split('\n').flatMap((line) => {
      const at = line.indexOf(': ')
      return at > 0 ? [[line.slice(0, at), line.slice(at + 2)] as const] : []
    }),
  )
  const event = fields.get('event')
  if (event === undefined) return undefined
  const id = fields.get('id')
  return { event, data: JSON.parse(fields.get('data') ?? '{}'), ...(id !== undefined && { id }) }
}
