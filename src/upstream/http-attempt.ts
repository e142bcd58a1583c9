import { validateHeaderValue, type ClientRequest } from 'node:http'
import { pipeline, Transform, type Readable } from 'node:stream'
import axios, { isAxiosError, type AxiosRequestConfig } from 'axios'
import type { UpstreamAgents } from './upstream-agents.ts'

export interface HttpAttempt {
  readonly method: string
  readonly url: string
  /** With names in lower case; there are no others but `Host`, `Connection` and `Content-Length`. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | UploadBody | undefined
  readonly timeoutMs: number
}

export interface UploadBody {
  readonly stream: Readable
  /** What the stream must amount to, no more and no less. */
  readonly sizeBytes: number
}

export interface UpstreamResponse {
  readonly kind: 'response'
  readonly status: number
  readonly body: string
  /** With names in lower case. */
  readonly headers: Readonly<Record<string, unknown>>
}

export interface TransportFailure {
  /** `broken-body`: the stream that we were to send broke off. `unsendable`: the address or a header has a forbidden character. */
  readonly kind: 'unreachable' | 'lost' | 'timeout' | 'too-large' | 'broken-body' | 'unsendable'
  /** False when certainly nothing of the request has reached the upstream. */
  readonly sent: boolean
  /** True when it says something about the upstream, and not about our own queue or an old idle socket. */
  readonly blamesUpstream: boolean
}

export type Outcome = UpstreamResponse | TransportFailure

/** One request on the wire and its response. It never rejects: what became of it is the {@link Outcome}. */
export type SendAttempt = (attempt: HttpAttempt) => Promise<Outcome>

const MAX_RESPONSE_BYTES = 4 * 1024 * 1024
/** A shorter wait was ended by the page's deadline, and says little about the upstream. */
const MIN_TIMEOUT_TO_BLAME_MS = 1000

/** Errors from before there is a connection: nothing was sent. */
const NEVER_CONNECTED: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
])

/** Those that axios would add; `false` keeps it from doing so. */
const NO_DEFAULT_HEADERS = {
  accept: false,
  'accept-encoding': false,
  'content-type': false,
  'user-agent': false,
}

/** Scheme, host and port, then a path: no name or password, no fragment, and nothing that a parser would drop. */
const PLAIN_URL = /^https?:\/\/[\w.:[\]-]+(\/[\x21\x22\x24-\x5b\x5d-\x7e]*)?$/

/** axios on kept-alive connections, without redirects, proxies of its own or decompression. */
export function createAttemptSender(agents: UpstreamAgents): SendAttempt {
  const client = axios.create({
    adapter: 'http',
    httpAgent: agents.http,
    httpsAgent: agents.https,
    proxy: false,
    maxRedirects: 0,
    maxContentLength: MAX_RESPONSE_BYTES,
    decompress: false,
    responseType: 'text',
    transformRequest: [],
    transformResponse: [],
    validateStatus: null,
  })

  return async function send({ method, url, body, timeoutMs, ...attempt }) {
    if (!PLAIN_URL.test(url) || !areSendable(attempt.headers)) {
      return { kind: 'unsendable', sent: false, blamesUpstream: false }
    }
    const headers = { ...NO_DEFAULT_HEADERS, ...attempt.headers }
    const deadline = new AbortController()
    const timer = setTimeout(() => deadline.abort(), timeoutMs)
    const upload = typeof body === 'object' ? uploadOf(body) : undefined
    const data = upload?.stream ?? body
    const config: AxiosRequestConfig<unknown> = { method, url, headers, data, signal: deadline.signal }
    try {
      const response = await client.request<string>(config)
      return { kind: 'response', status: response.status, body: response.data, headers: response.headers }
    } catch (error) {
      if (upload?.isBroken()) return failure('broken-body', error)
      if (deadline.signal.aborted) return failure('timeout', error, timeoutMs >= MIN_TIMEOUT_TO_BLAME_MS)
      return failure(kindOf(error), error)
    } finally {
      clearTimeout(timer)
      upload?.stream.destroy() // also where the answer came before the file was all sent
    }
  }

  function kindOf(error: unknown): TransportFailure['kind'] {
    if (!isAxiosError(error) || !isRequest(error.request)) return 'unsendable'
    if (!mayBeSent(error)) return 'unreachable'
    // axios has one code for both: of a response that broke off it has the head.
    return error.code === 'ERR_BAD_RESPONSE' && error.response === undefined ? 'too-large' : 'lost'
  }

  function failure(kind: TransportFailure['kind'], error: unknown, mayBlame = true): TransportFailure {
    const sent = mayBeSent(error)
    const isOurs = kind === 'broken-body' || kind === 'too-large' || kind === 'unsendable'
    const request = requestOf(error)
    const blamesUpstream = !isOurs && mayBlame && request?.reusedSocket !== true && request?.socket !== null
    return { kind, sent, blamesUpstream }
  }

  /** Once there is a connection, or the body is out of our hands, the upstream may have the request. */
  function mayBeSent(error: unknown): boolean {
    if (isAxiosError(error) && NEVER_CONNECTED.has(error.code ?? '')) return false
    const request = requestOf(error)
    return request !== undefined && (agents.isConnected(request.socket) || request.writableFinished)
  }
}

function requestOf(error: unknown): ClientRequest | undefined {
  return isAxiosError(error) && isRequest(error.request) ? error.request : undefined
}

function isRequest(request: unknown): request is ClientRequest {
  return typeof request === 'object' && request !== null
}

/** axios would send a value without its forbidden characters: a token that is not the one that was given. */
function areSendable(headers: Readonly<Record<string, string>>): boolean {
  try {
    for (const name in headers) validateHeaderValue(name, headers[name] ?? '')
    return true
  } catch {
    return false
  }
}

/** The stream of a file, which breaks off where it is shorter or longer than announced. */
function uploadOf({ stream, sizeBytes }: UploadBody) {
  let leftBytes = sizeBytes
  let isBroken = false
  const exactly = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      leftBytes -= chunk.length
      if (leftBytes < 0) done(new RangeError('The file is longer than announced.'))
      else done(null, chunk)
    },
    flush(done) {
      done(leftBytes > 0 ? new RangeError('The file is shorter than announced.') : null)
    },
  })
  pipeline(stream, exactly, (error) => {
    isBroken = Boolean(error)
  })
  return { stream: exactly, isBroken: () => isBroken }
}
