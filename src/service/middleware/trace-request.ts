import { context, propagation, SpanKind, trace, type Span } from '@opentelemetry/api'
import type { Request, RequestHandler, Response } from 'express'
import { whenClosed } from '../http-server/when-closed.ts'
import { endSpan, tracer } from '../observability/tracing.ts'
import { problemOf, requestIdOf, setTraceId } from './problem-handler.ts'
import { routeOf } from './request-log.ts'

/** Continues the caller's trace, or starts one; the rest of the request runs in the new span. */
export const traceRequest: RequestHandler = (req, res, next) => {
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
  endSpan(span, code, res.statusCode >= 500)
}
