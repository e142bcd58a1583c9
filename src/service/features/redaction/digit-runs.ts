/** Consecutive digits without a gap. */
export interface DigitGroup {
  readonly digits: string
  readonly start: number
  readonly end: number
}

/** Groups with only spaces and hyphens between them. */
export type DigitRun = readonly DigitGroup[]

/** `1234 - 5678` has three separators. */
const MAX_SEPARATORS = 3

/** All runs in a plain text, in order. */
export function digitRuns(plain: string, groups: readonly DigitGroup[]): DigitRun[] {
  const runs: DigitGroup[][] = []
  for (const group of groups) {
    const run = runs.at(-1)
    const last = run?.at(-1)
    if (last !== undefined && isNear(plain, last.end, group.start)) run?.push(group)
    else runs.push([group])
  }
  return runs
}

/**
 * All groups in a plain text, in order. Uses a loop, because the match objects of a regular expression need a lot of
 * memory.
 */
export function digitGroups(plain: string): DigitGroup[] {
  const groups: DigitGroup[] = []
  for (let start = 0; start < plain.length; start++) {
    if (!isDigit(plain, start)) continue
    let end = start + 1
    while (isDigit(plain, end)) end += 1
    groups.push({ digits: plain.slice(start, end), start, end })
    start = end
  }
  return groups
}

function isDigit(plain: string, place: number): boolean {
  const code = plain.charCodeAt(place)
  return code >= 0x30 && code <= 0x39
}

export function countDigits(groups: readonly DigitGroup[]): number {
  return groups.reduce((count, { digits }) => count + digits.length, 0)
}

/** Whether there are only a few spaces and hyphens between the two places. */
function isNear(plain: string, end: number, start: number): boolean {
  return start - end <= MAX_SEPARATORS && /^[\s-]*$/.test(plain.slice(end, start))
}

export function digitsOf(groups: readonly DigitGroup[]): string {
  return groups.map(({ digits }) => digits).join('')
}
