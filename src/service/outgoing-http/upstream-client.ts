import type { Readable } from 'node:stream'
import type { ZodType } from 'zod'
import {
  createAttemptSender,
  type HttpAttempt,
  type Outcome,
  type TransportFailure,
  type UpstreamResponse,
} from './http-attempt.ts'
import { monotonicNow as processMonotonicNow } from '../time/monotonic-now.ts'
import { retryDelayMs, type RetryKind } from './retry.ts'
import { createUpstreamAgents, type UpstreamAgents } from './upstream-agents.ts'
import { createUpstreamBreaker } from './upstream-breaker.ts'
import { readBody } from './upstream-body.ts'
import { UpstreamError } from '../errors/upstream-error.ts'
import type { TracedAttempt, UpstreamTracing } from '../observability/tracing.ts'
import {
  breakerOpenError,
  correlationIdOf,
  failedCallError,
  type Explain,
  type FailedCall,
} from './upstream-failure.ts'

export interface UpstreamClientOptions {
  /**
   * The dependency, for metrics: `api`, `login`, `cdn`. A client has one circuit breaker, so create one client for
   * each dependency.
   */
  readonly name: string
  /**
   * Timeout for each attempt, and for an upload's response after its last byte; the call's deadline limits
   * all attempts together.
   */
  readonly timeoutMs: number
  /** Default `genesys-guest-bff`. */
  readonly userAgent?: string | undefined
  readonly monotonicNow?: (() => number) | undefined
  readonly random?: (() => number) | undefined
  /** Keep-alive connections that clients share. Default: the client's own, closed by `close()`. */
  readonly agents?: UpstreamAgents | undefined
  /** Called for every attempt, for metrics. */
  readonly observe?: ((call: ObservedAttempt) => void) | undefined
  /** The operator's tracing. */
  readonly tracing?: UpstreamTracing | undefined
  /** Called with every response, whatever its content, to study how the upstream responds. Never log it. */
  readonly onResponse?: ((response: ObservedResponse) => void) | undefined
}

/** A response as received. Its body is secret. */
export interface ObservedResponse extends Pick<UpstreamResponse, 'status' | 'body'> {
  readonly method: string
  readonly url: string
  readonly headers: UpstreamResponse['message']['headers']
}

/** One attempt at a call. It contains no secret, and `operation` has only a few values. */
export interface ObservedAttempt {
  readonly name: string
  readonly operation: string
  /** HTTP status, or the reason why there is none. */
  readonly result: number | TransportFailure['kind'] | 'breaker-open'
  readonly durationMs: number
}

interface Call {
  /** Its name in logs, metrics, traces and messages, such as `send_message`. */
  readonly operation: string
  readonly url: string
  readonly headers?: Readonly<Record<string, string>> | undefined
  readonly deadlineAtMs: number
  /** Returns what to fix if Genesys refuses the call. */
  readonly explain?: Explain | undefined
}

export interface UpstreamRequest<T> extends Call {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Sent as JSON. */
  readonly body?: unknown
  /** Sent as `application/x-www-form-urlencoded`. */
  readonly form?: Readonly<Record<string, string>> | undefined
  /** The schema of a successful response; an empty body is `undefined`. */
  readonly schema: ZodType<T>
  /** Accepts a 2xx response whose body is not JSON; the schema then gets `undefined`. */
  readonly allowNonJson?: boolean | undefined
  readonly retry: RetryKind
}

export interface UpstreamUpload extends Call {
  /** Sent with PUT, once, with only these headers and the length. */
  readonly body: Readable
  readonly sizeBytes: number
}

/** Makes all REST calls to one dependency. The methods throw only {@link UpstreamError}. */
export interface UpstreamClient {
  request<T>(request: UpstreamRequest<T>): Promise<T>
  /** Streams a file, without retries. @throws {UpstreamError} `attachment_refused` if the source stream is aborted */
  upload(upload: UpstreamUpload): Promise<void>
  close(): void
}

/** A call in its final form, the same for every attempt. */
interface Delivery<T> extends FailedCall, Pick<HttpAttempt, 'method' | 'url' | 'headers' | 'body'> {
  readonly deadlineAtMs: number
  readonly attemptTimeoutMs: number
  /** Whether to send trace headers: an object store accepts only the headers that it has signed. */
  readonly passesTraceOn: boolean
  /** Converts the body of a successful response for the caller. */
  readonly read: (body: string) => T
}

export function createUpstreamClient(options: UpstreamClientOptions): UpstreamClient {
  const {
    name,
    timeoutMs,
    userAgent = 'genesys-guest-bff',
    monotonicNow = processMonotonicNow,
    random = Math.random,
    observe,
    onResponse,
    tracing,
  } = options
  const agents = options.agents ?? createUpstreamAgents()
  const send = createAttemptSender(agents)
  const breaker = createUpstreamBreaker(monotonicNow)

  /** The result of a successful response, after as many attempts as the call allows. */
  async function deliver<T>(call: Delivery<T>): Promise<T> {
    const { method, url, headers, body, operation, retry, deadlineAtMs } = call
    for (let number = 1; ; number++) {
      const startedAtMs = monotonicNow()
      const leftMs = Math.min(call.attemptTimeoutMs, deadlineAtMs - startedAtMs)
      if (leftMs <= 0)
        throw new UpstreamError('upstream_timeout', `Not sent: no time was left (${operation}).`)
      let traced: TracedAttempt | undefined
      const outcome = await breaker.run((mostMs) => {
        traced = tracing?.startAttempt({ name, operation, method, url })
        const sent = traced && call.passesTraceOn ? { ...headers, ...traced.headers } : headers
        return send({ method, url, headers: sent, body, timeoutMs: Math.min(leftMs, mostMs) })
      })
      const endedAtMs = monotonicNow()
      traced?.end(
        resultOf(outcome),
        outcome?.kind === 'response' ? correlationIdOf(outcome.message.headers) : undefined,
      )
      observe?.({ name, operation, result: resultOf(outcome), durationMs: endedAtMs - startedAtMs })
      if (onResponse && outcome?.kind === 'response') {
        onResponse({
          method,
          url,
          status: outcome.status,
          body: outcome.body,
          headers: outcome.message.headers,
        })
      }
      if (!outcome) throw breakerOpenError(breaker.retryAfterSeconds())
      if (outcome.kind === 'response' && isSuccess(outcome.status)) return call.read(outcome.body)
      const delayMs = retryDelayMs(outcome, { number, retry, deadlineAtMs }, endedAtMs, random)
      if (delayMs === undefined) throw failedCallError(outcome, call, endedAtMs)
      await delay(delayMs)
    }
  }

  return {
    request({ operation, method, url, headers, schema, allowNonJson, ...call }) {
      const { form } = call
      const type = form ? 'application/x-www-form-urlencoded' : 'application/json'
      const body = form ? new URLSearchParams(form).toString() : toJson(call.body)
      return deliver({
        operation,
        method,
        url,
        headers: {
          ...OWN_HEADERS,
          'user-agent': userAgent,
          ...(body !== undefined && { 'content-type': type }),
          ...headers,
        },
        body,
        retry: call.retry,
        explain: call.explain,
        deadlineAtMs: call.deadlineAtMs,
        attemptTimeoutMs: timeoutMs,
        passesTraceOn: true,
        read: (text) => readBody(text, { schema, allowNonJson, operation, retry: call.retry }),
      })
    },
    upload({ operation, url, headers, body, sizeBytes, explain, deadlineAtMs }) {
      body.on('error', () => undefined) // the outcome reports the error, even if the upload ends before the stream does
      return deliver({
        operation,
        method: 'PUT',
        url,
        headers: { ...headers, 'content-length': String(sizeBytes) },
        body: { stream: body, sizeBytes, responseTimeoutMs: timeoutMs },
        retry: 'never',
        explain,
        deadlineAtMs,
        attemptTimeoutMs: Infinity,
        passesTraceOn: false,
        read: () => undefined,
      })
    },
    close() {
      if (!options.agents) agents.close()
    },
  }
}

/** No compression: the responses are small, and the connection to Genesys is fast. */
const OWN_HEADERS = {
  accept: 'application/json',
  'accept-encoding': 'identity',
}

function toJson(value: unknown): string | undefined {
  return value === undefined ? undefined : JSON.stringify(value)
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

function isSuccess(status: number): boolean {
  return status >= 200 && status < 300
}

function resultOf(outcome: Outcome | undefined): ObservedAttempt['result'] {
  if (!outcome) return 'breaker-open'
  return outcome.kind === 'response' ? outcome.status : outcome.kind
}
