import {
  type FrameMatch,
  type FrameQuery,
  type RecordedFrame,
  type RecordedRequest,
  type RequestQuery,
  matchesFrame,
  matchesRequest,
} from './record.ts'
import type { Frame } from '../socket/payloads.ts'

/** The fault to inject into a response. */
export interface FaultSpec {
  /** Wait for this long first. */
  delayMs?: number
  /** REST: this status, with `body` (default: the platform's error body for that status) and `headers`. */
  status?: number
  /** REST: an object is sent as JSON, a string as it is. */
  body?: unknown
  headers?: Record<string, string>
  /** Socket: send this instead of the frame. The `tracingId` is copied unless given. */
  frame?: Partial<Frame> & Pick<Frame, 'class' | 'code' | 'body'>
  /** Cut the TCP connection without a response or a close frame. */
  drop?: boolean
  /** Socket: close with this code, for example 1011. */
  closeCode?: number
  /** Send invalid JSON. */
  garbage?: boolean
  /** Socket: send the frame twice. */
  duplicate?: boolean
  /** Socket: send the frame after the one that comes next. */
  reorder?: boolean
  /** Never respond. */
  swallow?: boolean
  /**
   * REST: process the request first, and corrupt only the response. Frames are always processed first, except
   * with `received`.
   */
  afterWork?: boolean
  /** How many consecutive responses are affected. Default 1. */
  times?: number
}

/**
 * Which response is affected:
 * - `'POST /oauth/token'`, `'GET /v1'` (the handshake of a socket): a REST response; `*` is a wildcard;
 * - `'SessionResponse'`: the next frame of a class; `'onMessage'`: the next frame that responds to an action;
 * - `{ class, text, event, token, … }` or a function: the next matching frame to a guest;
 * - `{ received: 'onMessage' }`: the next such frame *from* a guest, before it is processed.
 */
export type FaultMatch = string | FrameMatch | ((recorded: RecordedFrame) => boolean) | { received: string }

export interface Fault {
  /** Resolves when the fault has been applied (the last of `times`). */
  happened: Promise<void>
  cancel(): void
}

type Target =
  | { kind: 'answer'; query: RequestQuery }
  | { kind: 'frame'; query: FrameQuery }
  | { kind: 'received'; action: string }

interface Pending {
  target: Target
  spec: FaultSpec
  left: number
  done: () => void
}

/** Holds a test's faults until a matching response occurs. */
export function createFaultInjector() {
  const pending = new Set<Pending>()

  function inject(match: FaultMatch, spec: FaultSpec): Fault {
    let done = () => {}
    const happened = new Promise<void>((resolve) => (done = resolve))
    const entry = { target: targetOf(match), spec, left: spec.times ?? 1, done }
    pending.add(entry)
    return { happened, cancel: () => void pending.delete(entry) }
  }

  function take(fits: (target: Target) => boolean): FaultSpec | undefined {
    for (const entry of pending) {
      if (!fits(entry.target)) continue
      entry.left -= 1
      if (entry.left === 0) {
        pending.delete(entry)
        entry.done()
      }
      return entry.spec
    }
    return undefined
  }

  return {
    inject,
    forRequest: (request: Pick<RecordedRequest, 'method' | 'path'>) =>
      take((target) => target.kind === 'answer' && matchesRequest(target.query, request)),
    forFrame: (frame: RecordedFrame) =>
      pending.size === 0
        ? undefined
        : take((target) => target.kind === 'frame' && matchesFrame(target.query, frame)),
    forReceived: (action: string) => take((target) => target.kind === 'received' && target.action === action),
  }
}

export type FaultInjector = ReturnType<typeof createFaultInjector>

function targetOf(match: FaultMatch): Target {
  if (typeof match === 'string' && match.includes(' ')) return { kind: 'answer', query: match }
  if (typeof match === 'string') {
    return { kind: 'frame', query: ({ frame, answerTo }) => frame.class === match || answerTo === match }
  }
  if (typeof match === 'object' && 'received' in match) return { kind: 'received', action: match.received }
  return { kind: 'frame', query: match }
}
