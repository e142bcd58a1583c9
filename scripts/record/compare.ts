import type { RecordedCall, Recording } from '../../src/fixtures/recording.ts'

/** One place in which two recordings of the same flow have another shape. */
export interface Difference {
  /** `GET /api/v2/webmessaging/messages` */
  readonly call: string
  /** `status`, or a path in the answer's body such as `entities[].channel.time`. */
  readonly where: string
  readonly recorded: string
  readonly simulator: string
}

const ABSENT = '–'

/** Compares shapes, not values: which calls are made, their statuses, and the types of what is in the answers. */
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
  const rows: [where: string, recorded: string, simulator: string][] = [
    ['call', nameOf(recorded), nameOf(simulator)],
  ]
  if (recorded && simulator) {
    rows.push(['status', String(recorded.status), String(simulator.status)])
    const ours = shapeOf(recorded.response)
    const theirs = shapeOf(simulator.response)
    for (const path of new Set([...ours.keys(), ...theirs.keys()])) {
      rows.push([path, ours.get(path) ?? ABSENT, theirs.get(path) ?? ABSENT])
    }
  }
  return rows
    .filter(([, one, other]) => one !== other)
    .map(([where, one, other]) => ({ call, where, recorded: one, simulator: other }))
}

function nameOf(call: RecordedCall | undefined): string {
  return call ? `${call.method} ${call.path.split('?')[0] ?? ''}` : ABSENT
}

/** The type at each path. The elements of a list count together, as lists have any length. */
export function shapeOf(
  value: unknown,
  path = 'body',
  shape = new Map<string, string>(),
): Map<string, string> {
  const type = typeOf(value)
  const known = shape.get(path)
  shape.set(
    path,
    known === undefined || known.split('|').includes(type) ? (known ?? type) : `${known}|${type}`,
  )
  if (Array.isArray(value)) for (const element of value) shapeOf(element, `${path}[]`, shape)
  else if (typeof value === 'object' && value !== null) {
    for (const [key, field] of Object.entries(value)) shapeOf(field, `${path}.${key}`, shape)
  }
  return shape
}

function typeOf(value: unknown): string {
  if (value === null) return 'null'
  if (value === undefined) return 'empty'
  return Array.isArray(value) ? 'list' : typeof value
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
