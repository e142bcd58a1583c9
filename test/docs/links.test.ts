import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { expect, test } from '@jest/globals'

const FOLDERS = ['.', 'docs', 'docs/decisions', 'deploy', 'examples']
const pages = FOLDERS.flatMap((folder) =>
  readdirSync(folder, { recursive: folder === 'deploy' || folder === 'examples', encoding: 'utf8' })
    .filter((file) => file.endsWith('.md'))
    .map((file) => join(folder, file)),
)

/** Links to files in this repository, as paths from its root. */
const links = pages.flatMap((page) =>
  [...withoutCode(page).matchAll(/\]\((?!\w+:)([^)\s]*)\)/g)].map(([, target = '']) => {
    const [path = '', anchor] = target.split('#')
    return { page, path: path === '' ? page : normalize(join(dirname(page), path)), anchor }
  }),
)

test('every link in the documentation leads to an existing file and heading', () => {
  expect(links.length).toBeGreaterThan(100)
  const broken = links.filter(
    ({ path, anchor }) => !existsSync(path) || (anchor !== undefined && !anchorsOf(path).includes(anchor)),
  )
  expect(broken).toEqual([])
})

test('the documentation index links to every page', () => {
  const linked = links.filter(({ page }) => page === 'docs/README.md').map(({ path }) => path)
  const missing = pages.filter((page) => dirname(page) === 'docs' && !linked.includes(page))
  expect(missing).toEqual(['docs/README.md'])
})

function withoutCode(page: string): string {
  return readFileSync(page, 'utf8').replace(/^```.*?^```/gms, '')
}

/** The anchors that GitHub creates from headings. */
function anchorsOf(page: string): string[] {
  return [...withoutCode(page).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  )
}
