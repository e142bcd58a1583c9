import {
  context,
  isSpanContextValid,
  propagation,
  SpanKind,
  SpanStatusCode,
  trace,
  type Attributes,
  type Span,
} from '@opentelemetry/api'
import type { Request, RequestHandler, Response } from 'express'
import { problemOf, requestIdOf, setTraceId } from '../problems/problem-handler.ts'
import { routeOf } from './request-log.ts'
import { whenClosed } from '../http-server/admission.ts'
import type { UpstreamTracing } from '../upstream/upstream-tracing.ts'
import { VERSION } from '../../version.ts'

/**
 * Creates spans with OpenTelemetry's API, for the SDK that the operator has loaded. docs/tracing.md lists their names and
 * attributes.
 */
export interface Tracing {
  /** Continues the caller's trace, or starts one; the rest of the request runs in the new span. */
  readonly traceRequest: RequestHandler
  readonly upstream: UpstreamTracing
}

const tracer = trace.getTracer('genesys-guest-bff', VERSION)

/** Undefined without an SDK: then no spans are created. */
export function createTracing(): Tracing | undefined {
  // Without an SDK, the API's spans have no ids. This span is never ended, and therefore never exported.
  if (!isSpanContextValid(tracer.startSpan('is there an SDK').spanContext())) return undefined
  return { traceRequest, upstream: { startAttempt, prepareFrame } }
}

const traceRequest: RequestHandler = (req, res, next) => {
  const active = context.active()
  // If a span is active, an instrumentation of node:http has already read the header.
  const parent = trace.getSpan(active) ? active : propagation.extract(active, req.headers)
  const span = tracer.startSpan(req.method, { kind: SpanKind.SERVER }, parent)
  setTraceId(res, span.spanContext().traceId)
  const requestId = requestIdOf(res)
  whenClosed(res, () => endRequest(span, req, res, requestId))
  context.with(trace.setSpan(parent, span), next)
}

function endRequest(span: Span, req: Request, res: Response, requestId: string | undefined): void {
  const route = routeOf(req)
  const code = problemOf(res)?.code
  span.updateName(`${req.method} ${route}`)
  span.setAttributes({
    'http.request.method': req.method,
    'http.route': route,
    'http.response.status_code': res.statusCode,
    ...(requestId !== undefined && { 'guest_bff.request_id': requestId }),
  })
  end(span, code, res.statusCode >= 500)
}

const startAttempt: UpstreamTracing['startAttempt'] = ({ name, operation, method, url }) => {
  const { hostname } = new URL(url)
  const span = startClientSpan(operation, {
    'http.request.method': method,
    'server.address': hostname,
    'guest_bff.dependency': name,
  })
  const headers: Record<string, string> = {}
  propagation.inject(trace.setSpan(context.active(), span), headers)
  return {
    headers,
    end(result, correlationId) {
      if (typeof result === 'number') span.setAttribute('http.response.status_code', result)
      if (correlationId !== undefined) span.setAttribute('genesys.correlation_id', correlationId)
      const isGood = typeof result === 'number' && result < 400
      end(span, isGood ? undefined : String(result), !isGood)
    },
  }
}

const prepareFrame: UpstreamTracing['prepareFrame'] = ({ action, tracingId }) => {
  const asker = context.active()
  return () => {
    const span = startClientSpan(`send ${action}`, { 'genesys.tracing_id': tracingId }, asker)
    return { end: (error) => end(span, error, error !== undefined) }
  }
}

function startClientSpan(name: string, attributes: Attributes, parent = context.active()): Span {
  return tracer.startSpan(name, { kind: SpanKind.CLIENT, attributes }, parent)
}

/** @param error an error code or a fixed text: spans contain no secrets, and nothing that a person wrote */
function end(span: Span, error: string | undefined, isFailure: boolean): void {
  if (error !== undefined) span.setAttribute('error.type', error)
  if (isFailure) span.setStatus({ code: SpanStatusCode.ERROR })
  span.end()
}
