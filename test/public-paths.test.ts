import { readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'

/** Websites and proxies in front of the service forward every path that pages need, and no path for operators. */

const read = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8')

const documented = JSON.parse(read('docs/openapi.json')) as { paths: Record<string, unknown> }
const FOR_OPERATORS = ['/readyz', '/metrics', '/docs', '/', '/openapi.json']
const FOR_PAGES = [
  ...Object.keys(documented.paths)
    .filter((path) => !FOR_OPERATORS.includes(path))
    .map((path) => path.replace('{id}', 'a-1')),
  '/client.js',
  '/guest-chat.js',
  '/assets.json',
  '/docs/problems',
  '/docs/problems/',
  '/docs/problems/rate_limited',
]

/** The regular expression of an example, or all nginx locations that lead to the service. */
function patternsIn(path: string): RegExp[] {
  const text = read(path)
  if (!path.endsWith('.conf')) return [new RegExp(/const PUBLIC =\s+\/(.+)\/$/m.exec(text)?.[1] ?? 'none')]
  return [...text.matchAll(/location (=|~) (\S+) \{[^}]*proxy_pass/g)].map(
    ([, kind, location = '']) =>
      // The prefix /chat on the website's host is not a part of the service's paths.
      new RegExp(kind === '=' ? `^${location}$` : location.replace('^/chat(?<chat_path>/', '^(/')),
  )
}

test.each([
  'examples/express-mounted/server.mjs',
  'examples/nextjs-route/route.ts',
  'examples/nuxt/chat.ts',
  'examples/react-router/chat.ts',
  'examples/sveltekit/+server.ts',
  'deploy/nginx/guest-bff.conf',
  'deploy/nginx/own-host.conf',
])('%s forwards every path for pages, and none for operators', (path) => {
  const patterns = patternsIn(path)
  const passed = (paths: readonly string[]) =>
    paths.filter((each) => patterns.some((pattern) => pattern.test(each)))
  expect(passed(FOR_PAGES)).toEqual(FOR_PAGES)
  expect(passed(FOR_OPERATORS)).toEqual([])
})
