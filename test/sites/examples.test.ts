import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from '@jest/globals'
import { readConfig } from '../../src/service/settings/read-config.ts'
import { SECRETS } from '../../src/service/settings/secret-files.ts'
import { SITE_VARIABLES } from '../../src/service/settings/sites-file.ts'
import { VARIABLE_NAMES } from '../../src/service/settings/variables.ts'

const folder = mkdtempSync(join(tmpdir(), 'sites-examples-'))
afterAll(() => rmSync(folder, { recursive: true }))

const docs = readFileSync('docs/sites.md', 'utf8')
const [, inDocs = ''] = /```json\n([^]*?)```/.exec(docs) ?? []

test.each([
  ['docs/sites.md', inDocs],
  ['deploy/sites/sites.json', readFileSync('deploy/sites/sites.json', 'utf8')],
])('the example in %s is valid', (_where, example) => {
  const file = join(folder, 'sites.json')
  mkdirSync(join(folder, 'secrets'), { recursive: true })
  writeFileSync(join(folder, 'secrets/bank-client-secret'), 'a-secret')
  writeFileSync(file, example.replace('/run/secrets/', 'secrets/'))
  const sites = readConfig({
    NODE_ENV: 'production',
    SITES_FILE: file,
    SESSION_KEYS: Buffer.alloc(32, 7).toString('base64'),
    GENESYS_REGION: 'eu-west-1',
  }).sites?.read()
  expect(
    sites?.map(({ id, config }) => [id, config.genesys.region, config.genesys.oauth?.clientSecret]),
  ).toEqual([
    ['shop', 'eu-west-1', undefined],
    ['bank', 'us-east-1', 'a-secret'],
  ])
})

/** Former names of variables, which the documentation does not use. */
const FORMER = ['METRICS_PORT', 'MAX_REQUESTS_UNDER_WAY']

test('docs/sites.md states for each variable whether a site may set it', () => {
  const namesIn = (row: RegExp) =>
    [...(row.exec(docs)?.[0] ?? '').matchAll(/`(\w+)`/g)].map(([, name]) => name)
  expect(namesIn(/^- In a site,(.|\n {2})*/m)).toEqual(SITE_VARIABLES)
  const ofProcess = [...VARIABLE_NAMES, ...SECRETS.map((name) => `${name}_FILE`)].filter(
    (name) => ![...SITE_VARIABLES, ...FORMER].includes(name),
  )
  expect(namesIn(/^- In the environment only,(.|\n {2})*/m)).toEqual(ofProcess)
})
