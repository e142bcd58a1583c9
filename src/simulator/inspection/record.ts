import type { IncomingHttpHeaders } from 'node:http'

export interface RecordedRequest {
  method: string
  path: string
  query: Record<string, string>
  headers: IncomingHttpHeaders
  /** Parsed JSON, form fields, or nothing. */
  body?: unknown
  /** The status of the response, once it has been sent. */
  status?: number
  atMs: number
}

/** A frame as on the wire. The guest's frames have an `action`, the platform's a `class`. */
export interface WireFrame {
  action?: string
  token?: string
  tracingId?: string
  type?: string
  class?: string
  code?: number
  body?: unknown
  message?: unknown
  [key: string]: unknown
}

export interface RecordedFrame {
  direction: 'from-guest' | 'to-guest'
  frame: WireFrame
  /** The action to which the frame responds; a message's echo responds to `onMessage`. */
  answerTo?: string
  /** The token of the session, once it is configured. */
  token?: string
  /** The number of the connection, counted from 1. */
  connection: number
  atMs: number
}

/** Criteria for a frame; omitted ones match anything. */
export interface FrameMatch {
  direction?: 'from-guest' | 'to-guest'
  action?: string
  answerTo?: string
  class?: string
  code?: number
  /** The exact text of a message. */
  text?: string
  /** An event in the message: Typing, or the type of a presence. */
  event?: 'Typing' | 'Join' | 'Clear' | 'Disconnect'
  token?: string
}

/** A string is the name of an action or of a class: `'onMessage'`, `'SessionResponse'`. */
export type FrameQuery = string | FrameMatch | ((recorded: RecordedFrame) => boolean)

/** `'POST /oauth/token'`; a `*` matches anything within the path. */
export type RequestQuery = string | ((recorded: RecordedRequest) => boolean)

export function matchesFrame(query: FrameQuery, recorded: RecordedFrame): boolean {
  if (typeof query === 'function') return query(recorded)
  const { frame } = recorded
  if (typeof query === 'string') return frame.action === query || frame.class === query
  const { text, event, direction, answerTo, token, ...fields } = query
  return (
    (direction === undefined || recorded.direction === direction) &&
    (answerTo === undefined || recorded.answerTo === answerTo) &&
    (token === undefined || recorded.token === token) &&
    Object.entries(fields).every(([name, value]) => frame[name] === value) &&
    (text === undefined || messageOf(frame).text === text) &&
    (event === undefined || eventsOf(frame).includes(event))
  )
}

export function matchesRequest(
  query: RequestQuery,
  recorded: Pick<RecordedRequest, 'method' | 'path'>,
): boolean {
  if (typeof query === 'function') return query(recorded as RecordedRequest)
  return matchesPattern(query, `${recorded.method} ${recorded.path}`)
}

/** @param pattern in which `*` matches any text */
function matchesPattern(pattern: string, text: string): boolean {
  const [first = '', ...rest] = pattern.split('*')
  const last = rest.pop()
  if (last === undefined) return text === first
  if (!text.startsWith(first)) return false
  let end = first.length
  for (const part of rest) {
    const at = text.indexOf(part, end)
    if (at < 0) return false
    end = at + part.length
  }
  return text.length - last.length >= end && text.endsWith(last)
}

function messageOf(frame: WireFrame): { text?: unknown; events?: unknown } {
  const message = frame.action === undefined ? frame.body : frame.message
  return typeof message === 'object' && message !== null ? message : {}
}

function eventsOf(frame: WireFrame): unknown[] {
  const { events } = messageOf(frame)
  if (!Array.isArray(events)) return []
  return events.map((event: { eventType?: string; presence?: { type?: string } }) =>
    event.eventType === 'Presence' ? event.presence?.type : event.eventType,
  )
}

const KEPT = 10_000
const WAIT_MS = 5_000

/** A log of entries of one kind. A test can wait for the next entry, or for one that may already exist. */
export function createRecord<Thing, Query>(options: {
  keep: boolean
  matches: (query: Query, thing: Thing) => boolean
}) {
  const kept: Thing[] = []
  const waiting = new Set<(thing: Thing) => void>()

  function keep(thing: Thing): void {
    if (!options.keep) return
    kept.push(thing)
    // Removing a tenth of the entries in one step keeps this cheap when the record is full.
    if (kept.length > KEPT) kept.splice(0, KEPT / 10)
  }

  /** Notifies waiting tests. */
  function announce(thing: Thing): void {
    for (const offer of waiting) offer(thing)
  }

  function add(thing: Thing): void {
    keep(thing)
    announce(thing)
  }

  function next(query: Query, { timeoutMs = WAIT_MS } = {}): Promise<Thing> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        waiting.delete(offer)
        const asked = typeof query === 'function' ? 'the function' : JSON.stringify(query)
        reject(new Error(`The simulator saw nothing that matches ${asked} within ${timeoutMs} ms`))
      }, timeoutMs)
      function offer(thing: Thing): void {
        if (!options.matches(query, thing)) return
        clearTimeout(timer)
        waiting.delete(offer)
        resolve(thing)
      }
      waiting.add(offer)
    })
  }

  async function seen(query: Query, wait?: { timeoutMs?: number }): Promise<Thing> {
    return kept.find((thing) => options.matches(query, thing)) ?? (await next(query, wait))
  }

  return { kept, keep, announce, add, next, seen }
}

export type FrameRecord = ReturnType<typeof createRecord<RecordedFrame, FrameQuery>>
export type RequestRecord = ReturnType<typeof createRecord<RecordedRequest, RequestQuery>>
