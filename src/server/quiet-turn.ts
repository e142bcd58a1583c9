import { setImmediate } from 'node:timers/promises'

export interface TurningEventLoop {
  /** Resolves when what came before this turn has been looked at. */
  turn(): Promise<unknown>
  nowMs(): number
}

/** In which next to nothing was done, so that next to nothing can have come since the system was asked what there is. */
const SHORT_TURN_MS = 0.2

const processEventLoop: TurningEventLoop = { turn: () => setImmediate(), nowMs: () => performance.now() }

/**
 * Ends with a whole turn of the event loop that was short and in which nothing was accepted, or after `withinMs`. Node.js
 * accepts one connection in a turn: where it has accepted none, none waits. What had been sent on others has been read.
 * @param accepted how many connections have been accepted so far
 */
export async function quietTurn(
  accepted: () => number,
  { withinMs, eventLoop = processEventLoop }: { withinMs: number; eventLoop?: TurningEventLoop },
): Promise<void> {
  const untilMs = eventLoop.nowMs() + withinMs
  // The rest of the turn that is under way.
  await eventLoop.turn()
  for (let isQuiet = false; !isQuiet && eventLoop.nowMs() < untilMs;) {
    const acceptedBefore = accepted()
    const beganAtMs = eventLoop.nowMs()
    await eventLoop.turn()
    isQuiet = accepted() === acceptedBefore && eventLoop.nowMs() - beganAtMs < SHORT_TURN_MS
  }
}
