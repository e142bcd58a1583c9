import { existsSync, readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'

/** `file`: _title_, _title_ … as docs/security.md names its proofs; `…` stands for what differs. */
const text = readFileSync('docs/security.md', 'utf8').replace(/\s+/g, ' ').replaceAll('’', "'")
const proofs = [...text.matchAll(/`([\w/-]+)`: ((?:_[^_](?:[^_]|__)*?_(?:, )?)+)/g)].flatMap(
  ([, file = '', titles = '']) =>
    titles.split(/_, _/).map((title) => [file, title.replace(/^_|_[, ]*$/g, '')] as const),
)

test.each(proofs)('docs/security.md names a test that is there: %s: %s', (file, title) => {
  const path = [...testsCalled(file), `load/attack/${file}.mjs`].find((each) => existsSync(each))
  expect(path).toBeDefined()
  const source = readFileSync(path!, 'utf8').replace(/\s+/g, ' ').replaceAll('’', "'")
  for (const part of title.split('…')) expect(source).toContain(part.trim())
})

test('docs/embedding.md names a policy for the script, its requests, and what agents send', () => {
  const page = readFileSync('docs/embedding.md', 'utf8')
  const policy = /^script-src .*$/m.exec(page)?.[0].split('; ')
  const service = 'https://chat.example.com'
  expect(policy).toEqual([
    `script-src ${service}`,
    `connect-src ${service}`,
    'img-src https:',
    'media-src https:',
  ])
})

test('every row of the tables of OWASP names its tests', () => {
  const rows = readFileSync('docs/security.md', 'utf8')
    .split('\n')
    .filter((line) => /^\| (API\d|\d+\.\d)/.test(line))
  expect(rows.length).toBeGreaterThan(40)
  for (const row of rows) {
    const files = [...(row.split('|').at(-2) ?? '').matchAll(/`([\w/-]+)`/g)].map(([, file = '']) => file)
    expect([row, files.flatMap(testsCalled).filter((path) => existsSync(path)).length]).not.toEqual([row, 0])
  }
})

function testsCalled(file: string): string[] {
  return [`test/${file}.test.ts`, `test/${file}.slow.test.ts`]
}
