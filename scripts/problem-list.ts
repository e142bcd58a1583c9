/** Writes the table in docs/problems.md from the problem catalogue: `npm run problem-list`. */
import { readFileSync, writeFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { PROBLEM_CATALOGUE, PROBLEM_CODES } from '../src/service/problems/catalogue.ts'

const PAGE = 'docs/problems.md'
const MARKS = /(<!-- problems: .*? -->\n)[^]*(<!-- end of problems -->)/

export function withProblems(page: string): string {
  const rows = PROBLEM_CODES.map((code) => ({ code, ...PROBLEM_CATALOGUE[code] }))
    .sort((a, b) => a.status - b.status)
    .map(({ status, code, title, description, clientAction, operatorAction }) =>
      [status, `\`${code}\``, `${title}. ${description}`, clientAction, operatorAction].join(' | '),
    )
  const table = [
    'status | code | meaning | on the page | for the operator',
    '--- | --- | --- | --- | ---',
    ...rows,
  ]
  return page.replace(
    MARKS,
    (_, start: string, end: string) => `${start}\n${table.map((row) => `| ${row} |`).join('\n')}\n\n${end}`,
  )
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href)
  writeFileSync(PAGE, withProblems(readFileSync(PAGE, 'utf8')))
