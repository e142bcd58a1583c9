import { asProblem, ChatProblem, isTransient, problemOf } from './chat-problem.ts'
import { backoffMs, isOffline, pause } from './backoff.ts'
import type { Challenge } from '../../contract/contract.ts'
import type { TokenStore } from './token-store.ts'

const TIMEOUT_MS = 40_000
const MAX_SOLUTIONS = 2

export interface RequestOptions {
  readonly json?: object | undefined
  /** Called for each attempt. */
  readonly headers?: () => Record<string, string>
  /** How long a transient failure is retried; time without a network connection doesn't count. Default 0. */
  readonly repeatForMs?: number
  readonly signal?: AbortSignal
}

/** The options of `fetch`. */
export type RequestOfPath = Omit<RequestInit, 'headers'> & {
  readonly headers?: Readonly<Record<string, string>>
}

export interface Requests {
  url(path: string): URL
  /** Returns the headers that every request has. */
  headers(): Record<string, string>
  /** @throws {ChatProblem} */
  call(method: string, path: string, options?: RequestOptions): Promise<unknown>
  /** Parses a response's body, and moves a session token in it to the token store. @throws {ChatProblem} */
  settle(status: number, retryAfter: string | null, body: string): unknown
  /**
   * Returns the response; the caller reads its body. @throws {ChatProblem} for an error status; other errors come
   * from `fetch`
   */
  open(path: string, init?: RequestOfPath): Promise<Response>
}

export function createRequests(options: {
  readonly baseUrl: () => URL
  readonly fetch: typeof globalThis.fetch
  readonly tokens: TokenStore
  readonly origin?: string | undefined
  /** Called with a challenge that the service requires; returns the solution, with which the request is sent again. */
  readonly solveChallenge?: ((challenge: Challenge) => Promise<string>) | undefined
}): Requests {
  const { fetch, tokens, baseUrl, origin, solveChallenge } = options
  const url = (path: string) => new URL(path, baseUrl())

  function commonHeaders(): Record<string, string> {
    const token = tokens.read()
    return { ...(origin && { Origin: origin }), ...(token && { Authorization: `Bearer ${token}` }) }
  }

  function settle(status: number, retryAfter: string | null, body: string): unknown {
    if (status < 200 || status > 299) throw problemOf(status, retryAfter, body)
    if (body === '') return undefined
    let parsed: { session?: unknown }
    try {
      parsed = JSON.parse(body) as typeof parsed
    } catch {
      throw new ChatProblem('unexpected_answer', { status })
    }
    const { session, ...answer } = parsed
    if (typeof session === 'string') tokens.write(session)
    return answer
  }

  async function once(method: string, path: string, { json, headers, signal }: RequestOptions) {
    const controller = new AbortController()
    const abort = () => controller.abort()
    const timer = setTimeout(abort, TIMEOUT_MS)
    signal?.addEventListener('abort', abort, { signal: controller.signal })
    try {
      const response = await fetch(url(path), {
        method,
        headers: {
          Accept: 'application/json',
          ...commonHeaders(),
          ...(json !== undefined && { 'Content-Type': 'application/json' }),
          ...headers?.(),
        },
        ...(json !== undefined && { body: JSON.stringify(json) }),
        signal: controller.signal,
      })
      return settle(response.status, response.headers.get('Retry-After'), await response.text())
    } finally {
      clearTimeout(timer)
      abort()
    }
  }

  return {
    url,
    headers: commonHeaders,
    settle,
    async call(method: string, path: string, options: RequestOptions = {}) {
      const { signal, repeatForMs = 0 } = options
      let spentMs = 0
      let { json } = options
      let solutions = 0
      for (let failures = 0; ; failures++) {
        if (repeatForMs > 0) await pause(0, signal)
        signal?.throwIfAborted()
        const startedAtMs = Date.now()
        try {
          return await once(method, path, { ...options, json })
        } catch (error) {
          signal?.throwIfAborted()
          const problem = asProblem(error)
          // A solution is accepted only once. A repeated request may fail because its first attempt has already used the
          // solution; another challenge is then solved.
          if (problem.challenge && solveChallenge && solutions++ < MAX_SOLUTIONS) {
            json = { ...json, challenge: await solveChallenge(problem.challenge) }
            continue
          }
          const delayMs = Math.max(backoffMs(failures), (problem.retryAfterSeconds ?? 0) * 1000)
          if (!isOffline()) spentMs += Date.now() - startedAtMs + delayMs
          if (!isTransient(problem) || spentMs > repeatForMs) throw problem
          await pause(delayMs, signal, problem.code === 'no_answer')
        }
      }
    },
    async open(path, init) {
      const response = await fetch(url(path), {
        cache: 'no-store',
        ...init,
        headers: { ...commonHeaders(), ...init?.headers },
      })
      if (response.ok) return response
      throw problemOf(response.status, response.headers.get('Retry-After'), await response.text())
    },
  }
}

/**
 * Returns a function that resolves the URL, with one trailing slash. It is not resolved earlier, because a server that
 * renders the page has no base address.
 */
export function folderUrl(baseUrl: string | URL): () => URL {
  const text = String(baseUrl)
  let end = text.length
  while (text[end - 1] === '/') end -= 1
  const page = (globalThis as { document?: Document }).document?.baseURI
  return () => new URL(`${text.slice(0, end)}/`, page)
}
