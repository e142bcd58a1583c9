import type { Message } from '../../src/contract/contract.ts'

/** A request from the client. */
export interface Asked {
  readonly route: string
  readonly headers: Record<string, string>
  readonly json: unknown
}

type Answer = Response | Error | (() => Response | Promise<Response>)

const SESSION = {
  expiresAt: '2026-01-04T10:00:00.000Z',
  guestApi: 'web-messaging',
  state: 'new',
  capabilities: ['messages', 'live-events', 'history', 'typing', 'attachments', 'attributes', 'end'],
  limits: { maxTextBytes: 4096, maxAttributeBytes: 2048, messagesPerSecond: 5 },
}

export function json(status: number, body: unknown, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), { status, headers })
}

export function problem(status: number, code: string, headers: Record<string, string> = {}): Response {
  return json(status, { code, title: code, status, detail: `It is ${code}.` }, headers)
}

export const noNetwork = () => new TypeError('Failed to fetch')

/** A minimal service, for behavior that a real one does not show on demand. Tests can change a route's responses. */
export function fakeService() {
  const asked: Asked[] = []
  const bent = new Map<string, Answer[]>()
  const streams: { push(text: string): void; end(): void; cut(): void }[] = []
  const accepted: Message[] = []
  let sessions = 0

  function openStream(signal: AbortSignal): Response {
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        const end = () => {
          try {
            controller.close()
          } catch {
            // The stream is already closed.
          }
        }
        const cut = () => controller.error(new TypeError('network error'))
        streams.push({ push: (text) => controller.enqueue(new TextEncoder().encode(text)), end, cut })
        signal.addEventListener('abort', () => controller.error(signal.reason as Error))
      },
    })
    return new Response(body, { headers: { 'Content-Type': 'text/event-stream' } })
  }

  function accept(body: { text?: string }): Response {
    const id = `m${accepted.length + 1}`
    const time = new Date(Date.UTC(2026, 0, 1, 10, 0, accepted.length)).toISOString()
    const message: Message = { id, time, direction: 'inbound', type: 'text', sender: 'guest', ...body }
    accepted.push(message)
    return json(201, message)
  }

  const usual: Record<string, (json: unknown, signal: AbortSignal) => Response> = {
    'POST guest-session': () => json(201, { ...SESSION, session: `guest${(sessions += 1)}.token` }),
    'POST messages': (body) => accept(body as { text?: string }),
    'GET messages': () =>
      json(200, { messages: accepted, pageNumber: 1, pageSize: 25, total: accepted.length, pageCount: 1 }),
    'GET events': (_body, signal) => openStream(signal),
    'POST typing': () => new Response(null, { status: 204 }),
    'DELETE guest-session': () => new Response(null, { status: 204 }),
  }

  const fetch: typeof globalThis.fetch = async (input, init = {}) => {
    const url = new URL(input instanceof Request ? input.url : input)
    const route = `${init.method ?? 'GET'} ${url.pathname.slice(1)}`
    const body: unknown = typeof init.body === 'string' ? JSON.parse(init.body) : undefined
    asked.push({ route, headers: init.headers as Record<string, string>, json: body })
    const answer = bent.get(route)?.shift() ?? usual[route]?.(body, init.signal!) ?? problem(404, 'not_found')
    if (answer instanceof Error) throw answer
    return typeof answer === 'function' ? answer() : answer
  }

  return {
    fetch,
    baseUrl: 'http://service.test/',
    accepted,
    streams,
    session: (changes: object = {}) => json(200, { ...SESSION, session: 'guest1.renewed', ...changes }),
    asked: (route: string) => asked.filter((request) => request.route === route),
    /** Sets a route's next responses, one per request. After them, the route responds as usual. */
    bend: (route: string, ...answers: Answer[]) => bent.set(route, answers),
  }
}
