import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { readSourceFiles } from '../source-files.ts'

const page = readFileSync('docs/architecture.md', 'utf8')
const SERVICE = 'service/'
const WEB_MESSAGING = `${SERVICE}genesys/drivers/web-messaging/`
/** Programs that share nothing with the service; `test/import-direction.test.ts` checks that. */
const APART = ['simulator', 'browser', 'test-kit', 'demo']
/** Every part may import these; the diagram leaves them out. */
const FOUNDATIONS = ['observability', 'errors', 'collections', 'time', 'urls', 'html']
const FEATURES = readdirSync('src/service/features')

/** The box of the diagram that contains a file; undefined for the top-level files, which may import everything. */
function partOf(path: string): string | undefined {
  const [folder, ...rest] = (path.startsWith(SERVICE) ? path.slice(SERVICE.length) : path).split('/')
  if (rest.length === 0 || [...APART, ...FOUNDATIONS].includes(folder!)) return undefined
  if (!path.startsWith(WEB_MESSAGING)) return folder
  const [inner, file] = path.slice(WEB_MESSAGING.length).split('/')
  return file === undefined ? 'operations' : inner
}

const files = readSourceFiles()

test('the architecture diagram has exactly one arrow for each import between parts of the sources', () => {
  const drawn = [...page.matchAll(/^ +(\S+) --> (\S+)$/gm)].map(([, from, to]) => `${from} --> ${to}`)
  const made = files.flatMap(({ path, imports }) =>
    imports
      .filter(({ isRelative }) => isRelative)
      .map(({ target }) => [partOf(path), partOf(target)])
      .filter(([from, to]) => from !== undefined && to !== undefined && from !== to)
      .map(([from, to]) => `${from} --> ${to}`),
  )
  expect(drawn.length).toBeGreaterThan(20)
  expect(drawn.sort()).toEqual([...new Set(made)].sort())
})

test('every part of the sources has a box with its purpose in the architecture diagram', () => {
  const parts = new Set(files.map(({ path }) => partOf(path)).filter((part) => part !== undefined))
  const described = [...page.matchAll(/^ +(\S+)\["(\S+)<br>.+"\]$/gm)].map(([, part]) => part)
  expect(described.sort()).toEqual([...parts].sort())
})

test('every feature has a row in the table of docs/architecture.md', () => {
  const rows = [...page.matchAll(/^\| `([\w-]+)\/` +\| [^|]+\|$/gm)].map(([, folder]) => folder!)
  expect(FEATURES.length).toBeGreaterThan(8)
  expect(rows).toEqual(expect.arrayContaining(FEATURES))
})

test.each([
  'A message, from the listener to the route',
  "A guest's message, from the route to the frame",
  "An agent's message, from the frame to the event",
])('the section “%s” names only files that exist', (title) => {
  const [, list = ''] = new RegExp(`^## ${title}\n([^#]+)`, 'm').exec(page) ?? []
  const steps = [...list.matchAll(/^\d+\. \[`(\S+)`\]/gm)].map(([, path]) => path!)
  expect(steps.length).toBeGreaterThan(4)
  expect(steps.filter((path) => !existsSync(`src/service/${path}`))).toEqual([])
})

test('docs/architecture.md names only files that exist', () => {
  const named = [...page.matchAll(/`((?:[\w-]+\/)*[\w-]+\.ts)`/g)].map(([, path]) => path!)
  expect(named.length).toBeGreaterThan(10)
  expect(
    named.filter(
      (path) => !existsSync(`src/service/${path}`) && !existsSync(`src/${path}`) && !existsSync(path),
    ),
  ).toEqual([])
})
