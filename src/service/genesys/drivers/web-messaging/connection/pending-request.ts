import { UpstreamError } from '../../../../errors/upstream-error.ts'
import type { TracedFrame, UpstreamTracing } from '../../../../observability/tracing.ts'
import type { Purpose } from '../wire/frame-errors.ts'
import type { Frame } from '../wire/frames.ts'
import type { RequestFrame } from '../wire/requests.ts'

/** A request to Genesys, and how its response is recognized. */
export interface GuestRequest<T> {
  /** Absent if nothing is sent: the request completes when its turn comes in a configured session. */
  readonly frame?: RequestFrame
  readonly purpose: Purpose
  readonly deadlineAtMs: number
  /** Reads the response from a frame; undefined if the frame is not the response. */
  readonly readResponse: (frame: Frame) => T | undefined
  /**
   * What happens to the request if the connection is lost before the response arrives. With `fail`, the error is
   * `upstream_unavailable`.
   */
  readonly ifLost: 'send-again' | 'delivery-unknown' | 'fail'
  /** The request neither waits for earlier requests nor delays later ones, because its response contains its id. */
  readonly isParallel?: boolean
  /** The request is queued ahead of the waiting requests. */
  readonly isFirst?: boolean
  /** Called each time the request is about to be sent, which may be long after it was enqueued. */
  readonly onSend?: () => void
}

/** A request that has no response yet. */
export interface PendingRequest {
  readonly request: GuestRequest<unknown>
  readonly resolve: (answer: unknown) => void
  readonly reject: (error: UpstreamError) => void
  timer: NodeJS.Timeout | undefined
  sendCount: number
  sentAtMs: number
  /** A refusal that may belong to another request: it is used only if no response follows shortly. */
  deferredRejection: UpstreamError | undefined
  gotUnreadableFrame: boolean
  /** Starts the span, as a child of the caller's span. */
  startSpan: (() => TracedFrame) | undefined
}

/** Creates one span from the first send until the response, regardless of retries. */
export function trace(pending: PendingRequest, answer: Promise<unknown>, tracing: UpstreamTracing): void {
  const { action, tracingId } = pending.request.frame ?? {}
  if (action === undefined || tracingId === undefined) return
  const start = tracing.prepareFrame({ action, tracingId })
  let span: TracedFrame | undefined
  pending.startSpan = () => (span ??= start())
  answer.then(
    () => span?.end(),
    (error: unknown) => span?.end(error instanceof UpstreamError ? error.code : 'internal_error'),
  )
}

/** Stops the timer of a request that is about to be resolved or rejected. */
export function settle(pending: PendingRequest): PendingRequest {
  clearTimeout(pending.timer)
  return pending
}

/** Completes the request if the frame is its response, or is invalid but has its id. */
export function answers(pending: PendingRequest, frame: Frame): boolean {
  const { frame: sent, readResponse } = pending.request
  if (frame.class === 'unrecognized') {
    pending.gotUnreadableFrame = true
    if (frame.tracingId === undefined || frame.tracingId !== sent?.tracingId) return false
    settle(pending).reject(noResponseError(pending))
    return true
  }
  if (frame.tracingId !== undefined && sent && frame.tracingId !== sent.tracingId) return false
  const answer = readResponse(frame)
  if (answer === undefined) return false
  settle(pending).resolve(answer)
  return true
}

export function lostError(pending: PendingRequest): UpstreamError {
  return mayHaveHappened(pending)
    ? new UpstreamError('delivery_unknown', 'The connection failed before Genesys accepted the request')
    : new UpstreamError('upstream_unavailable', 'The connection to Genesys failed')
}

export function noResponseError(pending: PendingRequest): UpstreamError {
  if (mayHaveHappened(pending)) {
    return new UpstreamError('delivery_unknown', 'Genesys did not accept the request in time')
  }
  if (pending.gotUnreadableFrame && pending.sendCount > 0) {
    return new UpstreamError('upstream_bad_response', 'Genesys sent an unreadable response')
  }
  return new UpstreamError('upstream_timeout', 'Genesys did not respond in time')
}

function mayHaveHappened({ sendCount, request }: PendingRequest): boolean {
  return sendCount > 0 && request.ifLost === 'delivery-unknown'
}
