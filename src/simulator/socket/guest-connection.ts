import { setTimeout as pause } from 'node:timers/promises'
import { WebSocket } from 'ws'
import type { FaultSpec, FaultInjector } from '../inspection/fault-injection.ts'
import type { GuestSession } from '../conversation/guest-session.ts'
import { MINUTE_MS, RateWindow } from '../conversation/limits.ts'
import { type Frame, pushed } from './payloads.ts'
import type { FrameRecord, RecordedFrame, WireFrame } from '../inspection/record.ts'
import type { Settings } from '../settings.ts'

export interface ConnectionParts {
  settings: Settings
  faults: FaultInjector
  frames: FrameRecord
}

let opened = 0

/** One WebSocket of a guest. It has no session until it is configured. */
export class GuestConnection {
  readonly id = ++opened
  readonly baseUrl: string
  readonly requests: RateWindow
  readonly echoes: RateWindow
  session: GuestSession | undefined
  /** The token with which the connection was configured; a signed-in person's session can have several tokens. */
  token: string | undefined
  readonly #socket: WebSocket
  readonly #parts: ConnectionParts
  /** Frames held back so that the next one overtakes them. */
  #held: RecordedFrame[] = []

  constructor(socket: WebSocket, baseUrl: string, parts: ConnectionParts) {
    const { limits, now } = parts.settings
    this.#socket = socket
    this.#parts = parts
    this.baseUrl = baseUrl
    this.requests = new RateWindow(limits.requestsPerMinute, MINUTE_MS, now)
    this.echoes = new RateWindow(limits.echoesPerMinute, MINUTE_MS, now)
  }

  /** Sends a frame, or what an injected fault makes of it. */
  send(frame: Frame, answerTo?: string): void {
    const recorded = this.recorded('to-guest', { ...frame }, answerTo)
    const spec = this.#parts.faults.forFrame(recorded)
    if (spec) void this.#sendFaulty(recorded, spec)
    else this.#put(recorded)
  }

  recorded(direction: RecordedFrame['direction'], frame: WireFrame, answerTo?: string): RecordedFrame {
    const { token } = this
    return {
      direction,
      frame,
      ...(answerTo !== undefined && { answerTo }),
      ...(token !== undefined && { token }),
      connection: this.id,
      atMs: this.#parts.settings.now(),
    }
  }

  /** Applies a fault to a frame from the guest. Returns whether it must still be processed. */
  async faultOnReceived(spec: FaultSpec, request: WireFrame): Promise<boolean> {
    const untouched = !(spec.drop || spec.closeCode || spec.garbage || spec.swallow || spec.frame)
    if (untouched) {
      if (spec.delayMs !== undefined) await pause(spec.delayMs, undefined, { ref: false })
      return true
    }
    const { tracingId } = request
    const blank = { type: 'response', ...(tracingId !== undefined && { tracingId }) }
    await this.#sendFaulty(this.recorded('to-guest', blank, request.action), spec)
    return false
  }

  /** Notifies the client that it is being dropped, and drops it. */
  close(reason?: 'signedIn'): void {
    this.send(pushed('ConnectionClosedEvent', reason ? { reason } : {}))
    this.leave()
    this.#socket.close(1000)
  }

  /** Cuts the TCP connection without a close frame. */
  drop(): void {
    this.#socket.terminate()
  }

  closeWith(code: number, reason: string): void {
    this.#socket.close(code, reason)
  }

  join(session: GuestSession, token: string): void {
    if (this.session !== session) this.leave()
    this.session = session
    this.token = token
    session.baseUrl = this.baseUrl
    session.connections.add(this)
  }

  leave(): void {
    this.session?.connections.delete(this)
    this.session = undefined
    this.token = undefined
  }

  async #sendFaulty(recorded: RecordedFrame, spec: FaultSpec): Promise<void> {
    if (spec.delayMs !== undefined) await pause(spec.delayMs, undefined, { ref: false })
    if (spec.drop) {
      this.drop()
      return
    }
    if (spec.closeCode !== undefined) {
      this.closeWith(spec.closeCode, '')
      return
    }
    if (spec.garbage) {
      this.#socket.send('{"type":"mess')
      return
    }
    if (spec.swallow) return
    const answer = spec.frame ? { ...recorded, frame: replaced(recorded.frame, spec.frame) } : recorded
    if (spec.reorder) {
      this.#held.push(answer)
      return
    }
    this.#put(answer)
    if (spec.duplicate) this.#put(answer)
  }

  #put(recorded: RecordedFrame): void {
    if (this.#socket.readyState !== WebSocket.OPEN) return
    this.#socket.send(JSON.stringify(recorded.frame))
    this.#parts.frames.add(recorded)
    for (const held of this.#held.splice(0)) this.#put(held)
  }
}

/** An injected error has no `tracingId`, like recorded ones, unless the test sets one. */
function replaced(original: WireFrame, frame: NonNullable<FaultSpec['frame']>): WireFrame {
  const { tracingId } = original
  const keepsTracingId = frame.code < 300 && tracingId !== undefined
  return { type: original.type ?? 'response', ...(keepsTracingId && { tracingId }), ...frame }
}
