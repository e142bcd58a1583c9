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
  let lastEnd = -Infinity
  for (const { 0: match, index: start } of plain.matchAll(/[0-9][0-9\u00ad]*/g)) {
    const digits = match.replaceAll(INVISIBLE, '')
    const group = { digits, start, end: start + match.length }
    const isNear = start - lastEnd <= MAX_SEPARATORS && /^[\s-]*$/.test(plain.slice(lastEnd, start))
    if (isNear) runs.at(-1)?.push(group)
    else runs.push([group])
    lastEnd = group.end
  }
  return runs
}

export function digitsOf(groups: readonly DigitGroup[]): string {
  return groups.map(({ digits }) => digits).join('')
}
