import { INVISIBLE } from './plain-text.ts'

/** Digits without a gap. */
export interface DigitGroup {
  readonly digits: string
  readonly start: number
  readonly end: number
}

/** Groups with nothing but spaces and hyphens between them. */
export type DigitRun = readonly DigitGroup[]

/** `1234 - 5678` has three. */
const MAX_SEPARATORS = 3

/** All runs of a plain text, in their order. */
export function digitRuns(plain: string): DigitRun[] {
  const runs: DigitGroup[][] = []
  for (const group of digitGroups(plain)) {
    const run = runs.at(-1)
    const last = run?.at(-1)
    if (last !== undefined && isNear(plain, last.end, group.start)) run?.push(group)
    else runs.push([group])
  }
  return runs
}

/** All groups of a plain text, in their order. */
export function digitGroups(plain: string): DigitGroup[] {
  return [...plain.matchAll(/[0-9][0-9\u00ad]*/g)].map(({ 0: match, index: start }) => ({
    digits: match.replaceAll(INVISIBLE, ''),
    start,
    end: start + match.length,
  }))
}

/** Between the two places is nothing but a few spaces and hyphens. */
function isNear(plain: string, end: number, start: number): boolean {
  return start - end <= MAX_SEPARATORS && /^[\s-]*$/.test(plain.slice(end, start))
}

export function digitsOf(groups: readonly DigitGroup[]): string {
  return groups.map(({ digits }) => digits).join('')
}
