import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { startTogether } from './start-service.ts'
import { secretFromFile } from '../src/service/settings/secret-files.ts'
import { startSimulator } from '../src/simulator/simulator.ts'

let folder: string
let file: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'secret-files-'))
  file = join(folder, 'secret')
})
afterEach(() => rmSync(folder, { recursive: true }))

test('a secret changes with its file, and keeps its last value while the file is missing or empty', () => {
  const secret = secretFromFile(file, 'initial')
  expect(secret()).toBe('initial')
  writeFileSync(file, 'one\n')
  expect(secret()).toBe('one')
  writeFileSync(file, '')
  expect(secret()).toBe('one')
  writeFileSync(file, 'two')
  expect(secret()).toBe('two')
})

test('a client secret that is corrected in its file is used without a restart', async () => {
  const genesys = await startSimulator({ agent: 'silent' })
  writeFileSync(file, 'wrong-at-first')
  let nowMs = Date.now()
  const { service, url, stop } = await startTogether({
    genesys,
    settings: { GENESYS_CLIENT_ID: genesys.clientId, GENESYS_CLIENT_SECRET_FILE: file },
    options: { now: () => nowMs, monotonicNow: () => nowMs },
  })
  const oauth = async (): Promise<unknown> => {
    const report = (await (await fetch(`${url}/readyz`)).json()) as {
      checks: { name: string; ok: boolean }[]
    }
    return report.checks.find(({ name }) => name === 'oauth')?.ok
  }
  expect(await oauth()).toBe(false)
  writeFileSync(file, genesys.clientSecret)
  nowMs += 60_001
  expect(await oauth()).toBe(true)
  expect(service.url).toBe(url)
  await stop()
  await genesys.close()
})
