import { asProblem, isTransient, type ChatProblem } from './chat-problem.ts'
import { backoffMs, isOffline, onWake, pause } from './backoff.ts'
import type { RequestOfPath } from './requests.ts'
import { createSseParser, type ServerSentEvent } from './sse-parser.ts'

/** The service sends something at least every 15 s, so a stream that is silent for this long is dead. */
const STALL_MS = 40_000
/** When the page becomes visible or the network changes, a stream that has been silent for this long is reopened. */
const SUSPECT_MS = 20_000
const DEFAULT_RETRY_MS = 2000
/** The service sends the first bytes immediately. If none arrive, a proxy or a virus scanner probably holds them back. */
const HELD_BACK_MS = 10_000

export interface LiveEventsOptions {
  /** Opens the stream. @throws {ChatProblem} */
  readonly open: (init: RequestOfPath) => Promise<Response>
  readonly onEvent: (event: ServerSentEvent) => void
  /** @param fresh whether no event id was known, in which case earlier messages must be read from the history */
  readonly onConnected: (fresh: boolean) => void
  readonly onLost: () => void
  /** Called every ten seconds until the first bytes arrive: the page can read the history in the meantime. */
  readonly onHeldBack: () => void
  /** The stream ended permanently: with a problem, or because the service has no more events. */
  readonly onStopped: (problem: ChatProblem | undefined) => void
}

/**
 * Follows `GET /events` with `fetch`, because the browser's own `EventSource` cannot send the session token in a
 * header. Reconnects with the last event id until it is stopped.
 * @returns a function that stops following the events
 */
export function followLiveEvents(options: LiveEventsOptions): () => void {
  const stopped = new AbortController()
  void follow(options, stopped.signal)
  return () => stopped.abort()
}

async function follow(options: LiveEventsOptions, stopped: AbortSignal): Promise<void> {
  const hasStopped = () => stopped.aborted
  let lastEventId: string | undefined
  let retryMs = DEFAULT_RETRY_MS
  let failures = 0
  for (;;) {
    await pause(0, stopped)
    if (hasStopped()) return
    let delayMs: number | undefined
    try {
      const watched = watch(stopped, options.onHeldBack)
      try {
        const response = await options.open({
          headers: { Accept: 'text/event-stream', ...(lastEventId && { 'Last-Event-ID': lastEventId }) },
          signal: watched.signal,
        })
        if (response.status === 204) {
          options.onStopped(undefined)
          return
        }
        options.onConnected(lastEventId === undefined)
        const parse = createSseParser({
          onEvent(event) {
            lastEventId = event.id ?? lastEventId
            if (event.event === 'reconnect') delayMs = afterMs(event.data)
            else options.onEvent(event)
          },
          onRetry: (ms) => (retryMs = ms),
        })
        await readText(response, watched.signal, (chunk) => {
          failures = 0
          watched.alive()
          parse(chunk)
        })
      } finally {
        watched.end()
      }
    } catch (error) {
      const problem = asProblem(error)
      if (!hasStopped() && !isTransient(problem) && problem.status !== 500) {
        options.onStopped(problem)
        return
      }
      if (problem.retryAfterSeconds !== undefined) delayMs = problem.retryAfterSeconds * 1000
    }
    if (hasStopped()) return
    options.onLost()
    const hasServerDelay = delayMs !== undefined
    await pause(delayMs ?? backoffMs(failures++, retryMs), stopped, !hasServerDelay)
  }
}

/** Aborts a stream that has died silently. When a laptop sleeps or the network drops, the connection is not closed. */
function watch(stopped: AbortSignal, onHeldBack: () => void) {
  const controller = new AbortController()
  const heldBack = setInterval(onHeldBack, HELD_BACK_MS)
  const abort = () => controller.abort()
  let timer = setTimeout(abort, STALL_MS)
  let lastByteAtMs = Date.now()
  const stopListening = onWake(() => {
    if (isOffline() || Date.now() - lastByteAtMs > SUSPECT_MS) abort()
  })
  stopped.addEventListener('abort', abort, { signal: controller.signal })
  return {
    signal: controller.signal,
    alive() {
      lastByteAtMs = Date.now()
      clearInterval(heldBack)
      clearTimeout(timer)
      timer = setTimeout(abort, STALL_MS)
    },
    end() {
      abort()
      clearInterval(heldBack)
      clearTimeout(timer)
      stopListening()
    },
  }
}

async function readText(
  { body }: Response,
  signal: AbortSignal,
  onChunk: (text: string) => void,
): Promise<void> {
  if (!body) return
  const reader = body.getReader()
  const decoder = new TextDecoder()
  // The reader is canceled here and not by `fetch`, because in Node.js a read hangs if the abort arrives with the last
  // bytes.
  signal.addEventListener('abort', () => void reader.cancel().catch(() => undefined))
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return
    onChunk(decoder.decode(value, { stream: true }))
  }
}

function afterMs(data: string): number {
  try {
    return Math.max(0, Number((JSON.parse(data) as { afterMs: unknown }).afterMs)) || 0
  } catch {
    return DEFAULT_RETRY_MS
  }
}
