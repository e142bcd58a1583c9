import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'

const FOLDER = 'docs/decisions/'

const records = readdirSync(FOLDER)
  .filter((file) => file !== 'README.md')
  .map((file) => ({ file, text: readFileSync(FOLDER + file, 'utf8') }))

const index = [...readFileSync(`${FOLDER}README.md`, 'utf8').matchAll(/^- \[(.+)\]\((.+)\)$/gm)]

test('the index of decisions lists every record in order, by number and title, and nothing else', () => {
  expect(records.length).toBeGreaterThan(9)
  const titles = records.map(({ file, text }) => [
    `${Number(file.slice(0, 4))}. ${/^# \d+\. (.+)$/m.exec(text)?.[1]}`,
    file,
  ])
  expect(index.map(([, title, file]) => [title, file])).toEqual(titles)
})

test('every decision has a status', () => {
  const without = records.filter(({ text }) => !/^Status: (accepted|proposed|replaced)\b/m.test(text))
  expect(without.map(({ file }) => file)).toEqual([])
})

test('there are at most 25 decisions', () => {
  expect(records.length).toBeLessThanOrEqual(25)
})

test('no two decisions have the same number', () => {
  const numbers = records.map(({ file }) => file.slice(0, 4))
  expect(numbers).toEqual([...new Set(numbers)])
})

test.each(records)('$file has a context, a decision and consequences', ({ text }) => {
  const parts = [...text.matchAll(/^## (.+)$/gm)].map(([, part]) => part)
  expect(parts).toEqual(['Context', 'Decision', 'Consequences'])
})

test('decisions name only source files that exist', () => {
  const missing = records.flatMap(({ file, text }) =>
    [...text.matchAll(/`((?:src|test|load|scripts|deploy)\/[\w./-]+\.\w+)`/g)]
      .map(([, path]) => path!)
      .filter((path) => !isFile(path))
      .map((path) => `${file}: ${path}`),
  )
  expect(missing).toEqual([])
})

function isFile(path: string): boolean {
  try {
    return readFileSync(path).length > 0
  } catch {
    return false
  }
}
