import { readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'

/** The names from the doctor's report in one column of the page's tables. */
function reportNames(file: string, column: number): string[] {
  const rows = readFileSync(file, 'utf8').split('\n')
  return rows
    .map((row) => /^`([a-z-]+)`/.exec(row.split('|')[column]?.trim() ?? '')?.[1])
    .filter((name) => name !== undefined)
}

test('docs/first-organization.md explains every assumption in the doctor’s report, and no others', () => {
  const probes = readFileSync('src/doctor/assumptions.ts', 'utf8')
  const written = [...probes.matchAll(/'([a-z]+(?:-[a-z]+)+)':\s/g)].map(([, name]) => name)
  const explained = reportNames('docs/first-organization.md', 1)
  expect(explained.length).toBeGreaterThan(10)
  expect(explained.sort()).toEqual(written.sort())
})

test('docs/first-organization.md quotes only checks that docs/doctor.md lists', () => {
  const page = readFileSync('docs/first-organization.md', 'utf8')
  const quoted = [...page.matchAll(/^([a-z][a-z -]+?) {2,}(?:ok|FAILED|skipped) {2,}/gm)].map(
    ([, name]) => name!,
  )
  const checks = [...readFileSync('docs/doctor.md', 'utf8').matchAll(/^\| `([a-z -]+)` +\|/gm)].map(
    ([, name]) => name,
  )
  expect(new Set(quoted).size).toBeGreaterThan(10)
  for (const name of quoted) expect(checks).toContain(name)
})
