/**
 * A local time without a zone, as in schedules: milliseconds since 1970-01-01T00:00 on the wall clock. Each day has 24
 * hours, even if the clock changes.
 */
export type CivilMs = number

export const DAY_MS = 86_400_000

const MAX_KNOWN_DAYS = 1000

/** Converts between a zone's wall clock and epoch time. */
export interface Zone {
  readonly name: string
  civilAt(epochMs: number): CivilMs
  /**
   * As in RFC 5545, section 3.3.5: the first of two possible times; for a time in a gap, the offset before the gap is
   * used.
   */
  epochOf(civil: CivilMs): number
}

/** @returns undefined for an unknown zone */
export function findZone(name: string): Zone | undefined {
  const format = dateTimeFormat(name)
  if (format === undefined) return undefined
  const civilAt = (epochMs: number): CivilMs => {
    const parts: Record<string, number> = {}
    for (const { type, value } of format.formatToParts(epochMs)) parts[type] = Number(value)
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts
    const sinceSecondMs = ((epochMs % 1000) + 1000) % 1000
    return Date.UTC(year, month - 1, day, hour, minute, second) + sinceSecondMs
  }
  const exactOffsetAt = (epochMs: number) => civilAt(epochMs) - epochMs
  const offsetByDay = new Map<number, number>()
  const offsetOnDay = (day: number): number => {
    const known = offsetByDay.get(day)
    if (known !== undefined) return known
    if (offsetByDay.size >= MAX_KNOWN_DAYS) offsetByDay.clear()
    const offset = exactOffsetAt(day * DAY_MS)
    offsetByDay.set(day, offset)
    return offset
  }
  /** `Intl` takes microseconds, so it is called only for a day on which the clock changes. */
  const offsetAt = (epochMs: number): number => {
    const day = Math.floor(epochMs / DAY_MS)
    const offset = offsetOnDay(day)
    return offset === offsetOnDay(day + 1) ? offset : exactOffsetAt(epochMs)
  }
  return {
    name,
    civilAt,
    epochOf(civil) {
      // This works because offsets change at most once in two days.
      const before = civil - offsetAt(civil - DAY_MS)
      const after = civil - offsetAt(civil + DAY_MS)
      return before + offsetAt(before) === civil || after + offsetAt(after) !== civil ? before : after
    },
  }
}

function dateTimeFormat(timeZone: string): Intl.DateTimeFormat | undefined {
  try {
    return new Intl.DateTimeFormat('en-US', {
      timeZone,
      calendar: 'iso8601',
      numberingSystem: 'latn',
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    })
  } catch {
    return undefined
  }
}

/**
 * Genesys' format is `yyyy-MM-ddTHH:mm:ss.SSS`; fractions with six digits also occur.
 * @returns undefined for any other format
 */
export function parseCivil(text: string): CivilMs | undefined {
  const found = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?$/.exec(text)
  if (found === null) return undefined
  const [, year, month, day, hour, minute, second = '0', fraction = ''] = found
  return civilOf(
    [year, month, day, hour, minute, second].map(Number),
    Number(fraction.padEnd(3, '0').slice(0, 3)),
  )
}

/** @returns undefined for an invalid date or time */
export function civilOf(
  [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0]: readonly number[],
  millisecond = 0,
): CivilMs | undefined {
  if (year < 1000 || hour > 23 || minute > 59 || second > 59) return undefined
  const midnight = Date.UTC(year, month - 1, day)
  const date = new Date(midnight)
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined
  return midnight + ((hour * 60 + minute) * 60 + second) * 1000 + millisecond
}
