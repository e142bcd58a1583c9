/** One event of a `text/event-stream`. */
export interface ServerSentEvent {
  readonly event: string
  readonly data: string
  /** The latest id in the stream, from this event or an earlier one. */
  readonly id: string | undefined
}

export interface SseParserOptions {
  readonly onEvent: (event: ServerSentEvent) => void
  /** How long to wait before reconnecting, in milliseconds. */
  readonly onRetry?: (retryMs: number) => void
}

/**
 * Parses a `text/event-stream` incrementally, from chunks that may be cut anywhere. A CR at the end of a
 * chunk is held back, because it may be half of a CRLF.
 * @see {@link https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream}
 * @returns a function that processes the next chunk
 */
export function createSseParser({ onEvent, onRetry }: SseParserOptions): (chunk: string) => void {
  let rest = ''
  let atStart = true
  let event = ''
  let id: string | undefined
  let data: string[] = []

  function field(name: string, value: string): void {
    if (name === 'data') data.push(value)
    else if (name === 'event') event = value
    else if (name === 'id' && !value.includes('\0')) id = value
    else if (name === 'retry' && /^\d+$/.test(value)) onRetry?.(Number(value))
  }

  function dispatch(): void {
    const complete = { event: event || 'message', data: data.join('\n'), id }
    const empty = data.length === 0
    event = ''
    data = []
    if (!empty) onEvent(complete)
  }

  return (chunk) => {
    if (chunk === '') return
    rest += atStart ? chunk.replace(/^\uFEFF/, '') : chunk
    atStart = false
    const lines = rest.split(/\r\n|\n|\r(?!$)/)
    rest = lines.pop() ?? ''
    for (const line of lines) {
      const colon = line.indexOf(':')
      if (line === '') dispatch()
      else if (colon < 0) field(line, '')
      else if (colon > 0) field(line.slice(0, colon), line.slice(colon + 1).replace(/^ /, ''))
    }
  }
}
