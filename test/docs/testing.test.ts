import { readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { listFixtures } from '../../src/test-kit/fixtures/fixtures.ts'

const document = readFileSync('docs/testing.md', 'utf8')

test('the example in docs/testing.md is identical to testing-example.test.ts', () => {
  const [, example] = /```ts\n(.*?)```/s.exec(document) ?? []
  expect(example).toBe(readFileSync('test/docs/testing-example.test.ts', 'utf8'))
})

test('docs/testing.md names only fixtures that exist', () => {
  const names = listFixtures().map(({ name }) => name)
  const named = [...document.matchAll(/'((?:external|guest|web|oauth)[a-z-]*\/[a-z-]+)'/g)]
    .map(([, name = '']) => name)
    .filter((name) => !name.startsWith('genesys-guest-bff/'))
  expect(named.length).toBeGreaterThan(3)
  for (const name of named) expect(names).toContain(name)
})
