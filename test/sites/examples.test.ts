import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from '@jest/globals'
import { readConfig } from '../../src/config.ts'

const folder = mkdtempSync(join(tmpdir(), 'sites-examples-'))
afterAll(() => rmSync(folder, { recursive: true }))

const [, inDocs = ''] = /```json\n([^]*?)```/.exec(readFileSync('docs/sites.md', 'utf8')) ?? []

test.each([
  ['docs/sites.md', inDocs],
  ['deploy/sites/sites.json', readFileSync('deploy/sites/sites.json', 'utf8')],
])('the example in %s is good', (_where, example) => {
  const file = join(folder, 'sites.json')
  mkdirSync(join(folder, 'secrets'), { recursive: true })
  writeFileSync(join(folder, 'secrets/bank-client-secret'), 'a-secret')
  writeFileSync(file, example.replace('/run/secrets/', 'secrets/'))
  const sites = readConfig({
    NODE_ENV: 'production',
    SITES_FILE: file,
    SESSION_KEYS: Buffer.alloc(32, 7).toString('base64'),
    GENESYS_REGION: 'eu-west-1',
    BANK_CLIENT_ID: 'an-id',
  }).sites?.read()
  expect(
    sites?.map(({ id, config }) => [id, config.genesys.region, config.genesys.oauth?.clientSecret]),
  ).toEqual([
    ['shop', 'eu-west-1', undefined],
    ['bank', 'us-east-1', 'a-secret'],
  ])
})
