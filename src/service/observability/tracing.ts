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
import { VERSION } from '../../version.ts'

/** Adds calls to Genesys to the operator's traces, as children of the page's request. */
export interface UpstreamTracing {
  /** One attempt at an HTTP call. */
  startAttempt(attempt: {
    /** The dependency, such as `api`. */
    readonly name: string
    readonly operation: string
    readonly method: string
    readonly url: string
  }): TracedAttempt
  /**
   * Remembers the caller's span for a frame, which may be sent during another request.
   * @returns a function to call when the frame is sent
   */
  prepareFrame(frame: { readonly action: string; readonly tracingId: string }): () => TracedFrame
}

export interface TracedAttempt {
  /** The headers that propagate the trace. */
  readonly headers: Readonly<Record<string, string>>
  /** @param result HTTP status, or the cause of the failure */
  end(result: number | string, correlationId: string | undefined): void
}

export interface TracedFrame {
  /** @param error a code from the problem catalogue; undefined if the response has arrived */
  end(error?: string): void
}

export const tracer = trace.getTracer('genesys-guest-bff', VERSION)

/**
 * Creates spans with OpenTelemetry's API, for the SDK that the operator has loaded. docs/tracing.md lists their names and
 * attributes.
 * @returns undefined if there is no SDK, in which case no spans are created
 */
export function createUpstreamTracing(): UpstreamTracing | undefined {
  // Without an SDK, the API's spans have no ids. This span is never ended, and therefore never exported.
  if (!isSpanContextValid(tracer.startSpan('is there an SDK').spanContext())) return undefined
  return { startAttempt, prepareFrame }
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
      endSpan(span, isGood ? undefined : String(result), !isGood)
    },
  }
}

const prepareFrame: UpstreamTracing['prepareFrame'] = ({ action, tracingId }) => {
  const asker = context.active()
  return () => {
    const span = startClientSpan(`send ${action}`, { 'genesys.tracing_id': tracingId }, asker)
    return { end: (error) => endSpan(span, error, error !== undefined) }
  }
}

function startClientSpan(name: string, attributes: Attributes, parent = context.active()): Span {
  return tracer.startSpan(name, { kind: SpanKind.CLIENT, attributes }, parent)
}

/** @param error an error code or a fixed string: spans contain neither secrets nor anything that a person wrote */
export function endSpan(span: Span, error: string | undefined, isFailure: boolean): void {
  if (error !== undefined) span.setAttribute('error.type', error)
  if (isFailure) span.setStatus({ code: SpanStatusCode.ERROR })
  span.end()
}
