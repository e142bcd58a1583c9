import { readFile } from 'node:fs/promises'
import { expect, test } from '@jest/globals'

test('the example in plain HTML has fewer than forty lines and loads no external script', async () => {
  const page = await readFile('examples/static-html/index.html', 'utf8')
  expect(page.trimEnd().split('\n').length).toBeLessThan(40)
  expect(page).not.toMatch(/import |src=/)
})
