import { readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { withProblems } from '../../scripts/problem-list.ts'
import { PROBLEM_CODES } from '../../src/service/problems/catalogue.ts'

const page = readFileSync('docs/problems.md', 'utf8')

/** The text without the padding of its tables. */
const bare = (text: string) => text.replace(/ +/g, ' ').replace(/-{3,}/g, '---')

test('docs/problems.md contains the current text for each problem code', () => {
  expect(bare(page)).toBe(bare(withProblems(page)))
  for (const code of PROBLEM_CODES) expect(page).toContain(`| \`${code}\` `)
})
