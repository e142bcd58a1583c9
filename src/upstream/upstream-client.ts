import type { Readable } from 'node:stream'
import type { ZodType } from 'zod'
import { exchange, type AttemptRequest, type TransportFailure, type Outcome } from './http-attempt.ts'
import { retryDelayMs, type RetryKind } from './retry.ts'
import { upstreamAddress } from './upstream-address.ts'
import { createUpstreamAgents, type UpstreamAgents } from './upstream-agents.ts'
import { createUpstreamBreaker } from './upstream-breaker.ts'
import { readAnswer, sentBody, sentHeaders } from './upstream-body.ts'
import { UpstreamError } from './upstream-error.ts'
import {
  badResponseError,
  breakerOpenError,
  failedCallError,
  type Explain,
  type FailedCall,
} from './upstream-failure.ts'

export interface UpstreamClientOptions {
  /** The dependency, for metrics: `api`, `login`, `cdn`. It has one breaker, so make a client for each. */
  readonly name: string
  /** Bound of each try; the deadline of the call bounds all of them together. */
  readonly timeoutMs: number
  readonly now?: (() => number) | undefined
  readonly random?: (() => number) | undefined
  /** Kept-alive connections that clients share. Default: its own, closed by `close()`. */
  readonly agents?: UpstreamAgents | undefined
  /** Told of every try, for metrics. */
  readonly observe?: ((call: ObservedAttempt) => void) | undefined
}

/** One try of a call: nothing in it is secret, and `operation` is one of a few. */
export interface ObservedAttempt {
  readonly name: string
  readonly operation: string
  /** HTTP status, or what went wrong before there was one. */
  readonly result: number | TransportFailure['kind'] | 'breaker-open'
  readonly durationMs: number
}

interface Call {
  /** What is asked, in the imperative: it completes "Genesys refused to …". Default `answer`. */
  readonly operation?: string | undefined
  readonly url: string
  readonly headers?: Readonly<Record<string, string>> | undefined
  readonly deadlineAtMs: number
  /** Names what to mend when Genesys refuses. */
  readonly explain?: Explain | undefined
}

export interface UpstreamRequest<T> extends Call {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Sent as JSON. */
  readonly body?: unknown
  /** Sent as `application/x-www-form-urlencoded`. */
  readonly form?: Readonly<Record<string, string>> | undefined
  /** What a good answer looks like; an empty body is `undefined`. */
  readonly schema: ZodType<T>
  /** A good status counts though its body is no JSON; the schema then sees `undefined`. */
  readonly allowNonJson?: boolean | undefined
  readonly retry: RetryKind
}

export interface UpstreamUpload extends Call {
  /** Sent by PUT, once, with no headers but these and its length. */
  readonly body: Readable
  readonly sizeBytes: number
}

/** All REST to one dependency. Its methods throw {@link UpstreamError} and nothing else. */
export interface UpstreamClient {
  request<T>(request: UpstreamRequest<T>): Promise<T>
  /** Streams a file; never repeated. `attachment_refused` when the stream breaks off. */
  upload(upload: UpstreamUpload): Promise<void>
  close(): void
}

/** A call in its final form, the same for every try. */
interface Delivery<T>
  extends FailedCall, Pick<AttemptRequest, 'method' | 'address' | 'headers' | 'body' | 'bodyBytes'> {
  readonly deadlineAtMs: number
  readonly perTryMs: number
  /** What the body of a good answer is to the caller. */
  readonly read: (answer: string) => T
}

export function createUpstreamClient(options: UpstreamClientOptions): UpstreamClient {
  const { name, timeoutMs, now = Date.now, random = Math.random, observe } = options
  const agents = options.agents ?? createUpstreamAgents()
  const breaker = createUpstreamBreaker(now)

  /** What is read of a good answer, after as many tries as the call may have. */
  async function deliver<T>(call: Delivery<T>): Promise<T> {
    const { method, address, headers, body, bodyBytes, operation } = call
    for (let number = 1; ; number++) {
      const startedAtMs = now()
      const leftMs = Math.min(call.perTryMs, call.deadlineAtMs - startedAtMs)
      if (leftMs <= 0) throw new UpstreamError('upstream_timeout', `No time was left to ${operation}.`)
      const request = { method, address, headers, body, bodyBytes, timeoutMs: leftMs, agents }
      const outcome = await breaker.run(() => exchange(request))
      const endedAtMs = now()
      observe?.({ name, operation, result: resultOf(outcome), durationMs: endedAtMs - startedAtMs })
      if (!outcome) throw breakerOpenError(operation, breaker.retryAfterSeconds())
      if (outcome.kind === 'response' && isGood(outcome.status)) return call.read(outcome.body)
      const { retry, deadlineAtMs } = call
      const pauseMs = retryDelayMs(outcome, { number, retry, deadlineAtMs }, endedAtMs, random)
      if (pauseMs === undefined) throw failedCallError(outcome, call, endedAtMs)
      await pause(pauseMs)
    }
  }

  return {
    request(call) {
      const { operation = 'answer', method, schema, allowNonJson, retry, explain, deadlineAtMs } = call
      const address = upstreamAddress(call.url)
      if (!address) return Promise.reject(noAddressError(operation))
      const body = sentBody(call.body, call.form)
      return deliver({
        operation,
        method,
        address,
        headers: sentHeaders(address.origin, method, call.headers, body),
        body: body.text,
        bodyBytes: undefined,
        retry,
        explain,
        deadlineAtMs,
        perTryMs: timeoutMs,
        read: (answer) => readAnswer(answer, { schema, allowNonJson, operation }),
      })
    },
    upload({ operation = 'take the file', url, explain, deadlineAtMs, ...upload }) {
      const { body, sizeBytes: bodyBytes } = upload
      body.on('error', () => undefined) // also where the upload ends before the stream does
      const address = upstreamAddress(url)
      if (!address) return Promise.reject(noAddressError(operation))
      const { hostHeader } = address.origin
      const own = Object.entries(upload.headers ?? {}).flat()
      return deliver({
        operation,
        method: 'PUT',
        address,
        headers: ['host', hostHeader, ...own, 'content-length', String(bodyBytes)],
        body,
        bodyBytes,
        retry: 'never',
        explain,
        deadlineAtMs,
        perTryMs: Infinity,
        read: () => undefined,
      })
    },
    close() {
      if (!options.agents) agents.close()
    },
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

function noAddressError(operation: string): UpstreamError {
  return badResponseError(operation, 'The address to call is no plain http(s) address.')
}

function isGood(status: number): boolean {
  return status >= 200 && status < 300
}

function resultOf(outcome: Outcome | undefined): ObservedAttempt['result'] {
  if (!outcome) return 'breaker-open'
  return outcome.kind === 'response' ? outcome.status : outcome.kind
}
