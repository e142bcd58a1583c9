import { existsSync, readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'

const page = readFileSync('docs/security.md', 'utf8')
/** The page names files after "Proof:" in paragraphs, and in the last column of tables if its header is "proof". */
const proofsByParagraph = [...page.matchAll(/^.*?Proof: ([^]*?)\n\n/gm)].map(([, proof = '']) => proof)
const proofsByRow = [...page.matchAll(/^\|.*\| proof +\|\n((?:\|.*\n)+)/gm)].flatMap(([, rows = '']) =>
  rows.split('\n').map((row) => row.split('|').at(-2) ?? ''),
)
/** `file`: _title_, _title_ … as docs/security.md names its proofs; `…` stands for an omitted part of a title. */
const text = page.replace(/\s+/g, ' ').replaceAll('’', "'")
const proofs = [...text.matchAll(/`([\w/-]+)`: ((?:_[^_](?:[^_]|__)*?_(?:, )?)+)/g)].flatMap(
  ([, file = '', titles = '']) =>
    titles.split(/_, _/).map((title) => [file, title.replace(/^_|_[, ]*$/g, '')] as const),
)

test.each(proofs)('docs/security.md cites a test that exists in %s: %s', (file, title) => {
  const path = filesCalled(file).find((each) => existsSync(each))
  expect(path).toBeDefined()
  const source = readFileSync(path!, 'utf8').replace(/\s+/g, ' ').replaceAll('’', "'")
  for (const part of title.split('…')) expect(source).toContain(part.trim())
})

test('docs/security.md names only files that exist', () => {
  const named = [...proofsByParagraph, ...proofsByRow].flatMap((proof) =>
    [...proof.matchAll(/`([\w/.*-]+)`/g)].map(([, file = '']) => file),
  )
  expect(new Set(named).size).toBeGreaterThan(40)
  expect(named.filter((file) => !filesCalled(file).some((path) => existsSync(path)))).toEqual([])
})

test('docs/embedding.md has a policy for the script, its requests and the content that agents send', () => {
  const embedding = readFileSync('docs/embedding.md', 'utf8')
  const policy = /^script-src .*$/m.exec(embedding)?.[0].split('; ')
  const service = 'https://chat.example.com'
  expect(policy).toEqual([
    `script-src ${service}`,
    `connect-src ${service}`,
    'img-src https:',
    'media-src https:',
  ])
})

test('every row of the OWASP tables names at least one test that exists', () => {
  const rows = page.split('\n').filter((line) => /^\| (API\d|\d+\.\d)/.test(line))
  expect(rows.length).toBeGreaterThan(40)
  for (const row of rows) {
    const files = [...(row.split('|').at(-2) ?? '').matchAll(/`([\w/-]+)`/g)].map(([, file = '']) => file)
    expect([row, files.flatMap(testsCalled).filter((path) => existsSync(path)).length]).not.toEqual([row, 0])
  }
})

/** A name can stand for a test, a helper that several tests use, a part of the attack, or, with `/*`, a folder of tests. */
function filesCalled(file: string): string[] {
  return [
    ...testsCalled(file),
    `test/${file}.ts`,
    `load/attack/${file}.mjs`,
    ...(file.endsWith('/*') ? [`test/${file.slice(0, -2)}`] : []),
  ]
}

function testsCalled(file: string): string[] {
  return [`test/${file}.test.ts`, `test/${file}.slow.test.ts`]
}
