import { shapeOf } from '../../src/doctor/shape.ts'
import type { RecordedCall, Recording } from '../../src/test-kit/fixtures/recording.ts'

/** A difference between the shapes of two recordings of the same flow. */
export interface Difference {
  /** For example `GET /api/v2/webmessaging/messages`. */
  readonly call: string
  /** `status`, or a path in the response's body such as `entities[].channel.time`. */
  readonly where: string
  readonly recorded: string
  readonly simulator: string
}

const ABSENT = '–'

/** Compares shapes, not values: which calls are made, their statuses, and the types of the fields in the responses. */
export function differences(recorded: Recording, simulator: Recording): Difference[] {
  const count = Math.max(recorded.calls.length, simulator.calls.length)
  return Array.from({ length: count }).flatMap((_, index) =>
    callDifferences(recorded.calls[index], simulator.calls[index]),
  )
}

function callDifferences(
  recorded: RecordedCall | undefined,
  simulator: RecordedCall | undefined,
): Difference[] {
  const call = nameOf(recorded ?? simulator)
  return shapeDifferences(call, shapeOfCall(recorded), shapeOfCall(simulator))
}

/** The shape of a call's response; empty if there is no call. */
function shapeOfCall(call: RecordedCall | undefined): Map<string, string> {
  if (!call) return new Map()
  return new Map([['call', nameOf(call)], ['status', String(call.status)], ...shapeOf(call.response)])
}

/** The differences between two shapes of a call's response. If only one side has the call, only this is reported. */
export function shapeDifferences(
  call: string,
  recorded: ReadonlyMap<string, string>,
  simulator: ReadonlyMap<string, string>,
): Difference[] {
  if (recorded.size === 0 || simulator.size === 0) {
    const nameIn = (shape: ReadonlyMap<string, string>) => (shape.size === 0 ? ABSENT : call)
    return [{ call, where: 'call', recorded: nameIn(recorded), simulator: nameIn(simulator) }]
  }
  return [...new Set([...recorded.keys(), ...simulator.keys()])]
    .map((where) => ({
      call,
      where,
      recorded: recorded.get(where) ?? ABSENT,
      simulator: simulator.get(where) ?? ABSENT,
    }))
    .filter((difference) => difference.recorded !== difference.simulator)
}

function nameOf(call: RecordedCall | undefined): string {
  return call ? `${call.method} ${call.path.split('?')[0] ?? ''}` : ABSENT
}

/** The differences as a table for a terminal. */
export function tableOf(found: readonly Difference[]): string {
  const rows = [
    ['call', 'where', 'recorded', 'simulator'],
    ...found.map(({ call, where, recorded, simulator }) => [call, where, recorded, simulator]),
  ]
  const widths = [0, 1, 2, 3].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}
