import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, jest, test } from '@jest/globals'

jest.setTimeout(30_000)

test('docs/client.md matches the docstrings of the browser client', async () => {
  const run = promisify(execFile)(process.execPath, ['scripts/client-reference.mjs', '--check'])
  await expect(run).resolves.toMatchObject({ stderr: '' })
})
