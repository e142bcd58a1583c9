import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'

const folder = new URL('../../examples/', import.meta.url)
const files = readdirSync(folder, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name !== 'README.md')
  .map((entry) => `${entry.parentPath.slice(folder.pathname.length)}/${entry.name}`.replace(/^\//, ''))

test.each(files)('examples/%s needs nothing from outside its folder', (file) => {
  // test/package/frameworks type-checks copied folders with their frameworks' packages.
  expect(readFileSync(new URL(file, folder), 'utf8')).not.toMatch(/['"(]\.\.\//)
})

test.each(readdirSync(folder))('examples/%s has a README with a title and text', (name) => {
  expect(readFileSync(new URL(`${name}/README.md`, folder), 'utf8')).toMatch(/^# .+\n\n./)
})
