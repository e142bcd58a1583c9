import http from 'node:http'
import https from 'node:https'
import { pipeline, Transform, type Readable } from 'node:stream'
import { Axios, AxiosHeaders, type InternalAxiosRequestConfig } from 'axios'
import { batchWrite } from './batch-write.ts'
import type { UpstreamAgents } from './upstream-agents.ts'

export interface HttpAttempt {
  readonly method: string
  readonly url: string
  /** With lower-case names. Only `Host`, `Connection` and `Content-Length` are added. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | UploadBody | undefined
  readonly timeoutMs: number
  /** Default 4 MiB. */
  readonly maxResponseBytes?: number
}

export interface UploadBody {
  readonly stream: Readable
  /** The exact number of bytes in the stream. */
  readonly sizeBytes: number
  /**
   * The timeout for the response, after the last byte has been sent: a store that hangs must not block the page
   * for as long as an upload may take.
   */
  readonly responseTimeoutMs: number
}

export interface UpstreamResponse {
  readonly kind: 'response'
  readonly status: number
  readonly body: string
  /** Node.js parses the headers on first access; a successful request never needs them. */
  readonly message: Pick<http.IncomingMessage, 'headers'>
}

export interface TransportFailure {
  /**
   * `broken-body`: the source stream was aborted. `unsendable`: the address or a header has an invalid
   * character.
   */
  readonly kind: 'unreachable' | 'lost' | 'timeout' | 'too-large' | 'broken-body' | 'unsendable'
  /** False if it is certain that no part of the request has reached the upstream. */
  readonly sent: boolean
  /** True if the failure was caused by the upstream, and not by our own queue or an old idle socket. */
  readonly blamesUpstream: boolean
  /** The system's or the TLS library's code, if no connection could be made. */
  readonly systemCode?: string | undefined
}

export type Outcome = UpstreamResponse | TransportFailure

/** Makes one HTTP request and resolves to its {@link Outcome}. Rejects only for an error in this program. */
export type SendAttempt = (attempt: HttpAttempt) => Promise<Outcome>

const MAX_RESPONSE_BYTES = 4 * 1024 * 1024
/** A shorter timeout comes from the page's deadline, and says little about the upstream. */
const MIN_TIMEOUT_TO_BLAME_MS = 1000

/** Errors before a connection exists: nothing was sent. */
const NEVER_CONNECTED: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
])

/**
 * Scheme, host and port, then a path: no user name or password, no fragment, and nothing that a parser would drop.
 */
const PLAIN_URL = /^https?:\/\/[\w.:[\]-]+(\/[\x21\x22\x24-\x5b\x5d-\x7e]*)?$/

/**
 * Sends with axios and our own adapter: no redirects, no proxies, no decompression. axios' own adapter uses
 * as much CPU as the rest of a request.
 */
export function createAttemptSender(agents: UpstreamAgents): SendAttempt {
  const client = new Axios({
    async adapter(config: InternalAxiosRequestConfig<AttemptData>) {
      const { attempt } = config.data as AttemptData
      const data = await attemptOverHttp(attempt, agents)
      const status = data.kind === 'response' ? data.status : 0
      return { data, status, statusText: '', headers: NO_HEADERS, config }
    },
  })
  return async (attempt) => (await client.request<Outcome>({ data: new AttemptData(attempt) })).data
}

/** axios deeply copies plain objects in its config, but passes class instances through unchanged. */
class AttemptData {
  readonly attempt: HttpAttempt

  constructor(attempt: HttpAttempt) {
    this.attempt = attempt
  }
}

/** The response's headers are in the {@link Outcome}. */
const NO_HEADERS = new AxiosHeaders()

function attemptOverHttp(attempt: HttpAttempt, agents: UpstreamAgents): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    batchWrite(() => startAttempt(attempt, agents, resolve), reject)
  })
}

function startAttempt(
  attempt: HttpAttempt,
  agents: UpstreamAgents,
  resolve: (outcome: Outcome) => void,
): void {
  const { body, timeoutMs, maxResponseBytes = MAX_RESPONSE_BYTES } = attempt
  const opened = openRequest(attempt, agents)
  if (opened === undefined) {
    resolve({ kind: 'unsendable', sent: false, blamesUpstream: false })
    return
  }
  const request = opened
  let isAnswered = false
  let isSettled = false

  function settle(outcome: Outcome): void {
    if (isSettled) return
    isSettled = true
    clearTimeout(timer)
    resolve(outcome)
    // This also ends an upload that got its response before it was sent completely.
    if (outcome.kind !== 'response' || !request.writableEnded) request.destroy()
  }
  function fail(kind: TransportFailure['kind'], sent = mayBeSent(), systemCode?: string): void {
    // Until the last byte of a file has been sent, the delay may be caused by the page.
    const waitsForPage = sent && typeof body === 'object' && !request.writableFinished
    const blames = !waitsForPage && blamesUpstream(kind, request, timeoutMs)
    settle({ kind, sent, blamesUpstream: blames, systemCode })
  }
  /**
   * Once there is a connection, or the body has been passed to Node.js, the upstream may have received the
   * request.
   */
  function mayBeSent(): boolean {
    return agents.isConnected(request.socket) || request.writableFinished
  }

  let timer = setTimeout(() => fail('timeout'), timeoutMs)
  request.on('error', ({ code = '' }: NodeJS.ErrnoException) => {
    if (NEVER_CONNECTED.has(code) || !mayBeSent()) fail('unreachable', false, code)
    else fail('lost')
  })
  request.on('close', () => {
    if (!isAnswered) fail('lost') // for example after a 101
  })
  request.on('response', (message) => {
    isAnswered = true
    collectResponse(message, maxResponseBytes, settle, fail)
  })
  if (typeof body !== 'object') {
    request.end(body)
    return
  }
  request.on('finish', () => {
    clearTimeout(timer)
    if (!isSettled) timer = setTimeout(() => fail('timeout'), body.responseTimeoutMs)
  })
  sendFile(body, request, () => fail('broken-body'))
}

/**
 * Calls `request` as a method of `http` or `https`, because nock replaces these methods.
 * @returns undefined if the address or a header has an invalid character
 */
function openRequest(
  { method, url, headers, body }: HttpAttempt,
  agents: UpstreamAgents,
): http.ClientRequest | undefined {
  if (!PLAIN_URL.test(url)) return undefined
  try {
    const target = new URL(url)
    const { protocol, hostname, port, pathname, search, host } = target
    // Headers are passed as a list, because Node.js then adds only `Connection`. Bodies are never chunked, because
    // some gateways refuse chunked requests.
    const list = ['host', host]
    for (const name in headers) list.push(name, headers[name] ?? '')
    if (typeof body === 'string') list.push('content-length', String(Buffer.byteLength(body)))
    else if (body === undefined && method !== 'GET') list.push('content-length', '0')
    const options = {
      method,
      hostname: hostname.replace(/^\[(.*)\]$/, '$1'), // node:http needs IPv6 addresses without brackets
      port,
      path: pathname + search,
      headers: list,
      agent: agents.agentFor(target),
    }
    return protocol === 'https:' ? https.request(options) : http.request(options)
  } catch (error) {
    if (FORBIDDEN_CHARACTER.has((error as NodeJS.ErrnoException).code ?? '')) return undefined
    throw error
  }
}

/** Node.js' codes for an invalid address or header. */
const FORBIDDEN_CHARACTER: ReadonlySet<string> = new Set([
  'ERR_INVALID_URL',
  'ERR_INVALID_CHAR',
  'ERR_UNESCAPED_CHARACTERS',
  'ERR_HTTP_INVALID_HEADER_VALUE',
])

function collectResponse(
  message: http.IncomingMessage,
  maxBytes: number,
  settle: (outcome: Outcome) => void,
  fail: (kind: TransportFailure['kind']) => void,
): void {
  const chunks: Buffer[] = []
  let bytes = 0
  message.on('data', (chunk: Buffer) => {
    chunks.push(chunk)
    bytes += chunk.length
    if (bytes > maxBytes) fail('too-large')
  })
  message.on('error', () => fail('lost'))
  message.on('close', () => fail('lost'))
  message.on('end', () => {
    const body = Buffer.concat(chunks, bytes).toString()
    settle({ kind: 'response', status: message.statusCode ?? 0, body, message })
  })
}

function blamesUpstream(
  kind: TransportFailure['kind'],
  request: http.ClientRequest,
  timeoutMs: number,
): boolean {
  if (kind === 'broken-body' || kind === 'too-large') return false
  if (kind === 'timeout') return request.socket !== null && timeoutMs >= MIN_TIMEOUT_TO_BLAME_MS
  return !request.reusedSocket
}

/** Streams a file; fails if it is shorter or longer than announced. */
function sendFile(
  { stream, sizeBytes }: UploadBody,
  request: http.ClientRequest,
  onBroken: () => void,
): void {
  let remainingBytes = sizeBytes
  const lengthCheck = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      remainingBytes -= chunk.length
      if (remainingBytes < 0) done(new RangeError('The file is longer than announced.'))
      else done(null, chunk)
    },
    flush(done) {
      done(remainingBytes > 0 ? new RangeError('The file is shorter than announced.') : null)
    },
  })
  pipeline(stream, lengthCheck, (error) => {
    if (error) onBroken()
  })
  request.on('close', () => lengthCheck.destroy())
  lengthCheck.pipe(request)
}
