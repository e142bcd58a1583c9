import type { Diagnosis } from './diagnose.ts'

const WIDTH = 110
const MARKS = { ok: 'ok', warning: 'WARNING', failed: 'FAILED', skipped: 'skipped' } as const

/** The results as a table for a terminal; the settings to change are below each result. */
export function tableOf({ lines }: Diagnosis): string {
  const nameWidth = Math.max(...lines.map(({ check }) => check.length), 'check'.length)
  const indent = nameWidth + 2 + 'WARNING'.length + 2
  const rows = lines.flatMap(({ check, status, found, fix }) => {
    const start = `${check.padEnd(nameWidth)}  ${MARKS[status].padEnd('WARNING'.length)}  `
    const body = [
      ...wrapped(found, WIDTH - indent),
      ...(fix === undefined ? [] : wrapped(`Fix: ${fix}`, WIDTH - indent)),
    ]
    return body.map((text, i) => (i === 0 ? start : ' '.repeat(indent)) + text)
  })
  const heading = `${'check'.padEnd(nameWidth)}  ${'result'.padEnd('WARNING'.length)}  found, and what to change`
  return [heading, ...rows].join('\n')
}

/** The summary under the table. */
export function summaryOf({ lines }: Diagnosis): string {
  const first = lines.find(({ status }) => status === 'failed')
  if (first === undefined) {
    const warnings = lines.filter(({ status }) => status === 'warning').length
    return warnings === 0 ? 'All checks passed.' : `No check failed; warnings: ${warnings}.`
  }
  return `The first failure is “${first.check}”. Fix it before you look at the checks after it.`
}

function wrapped(text: string, width: number): string[] {
  const rows: string[] = []
  let row = ''
  for (const word of text.split(' ')) {
    if (row !== '' && row.length + 1 + word.length > width) {
      rows.push(row)
      row = word
    } else row = row === '' ? word : `${row} ${word}`
  }
  return [...rows, row]
}
