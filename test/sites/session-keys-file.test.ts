import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { ask, openPage, startTogether, type Running } from '../start-service.ts'
import { SHOP, startSites, type RunningSites } from './start-sites.ts'

const [first, second] = [randomBytes(32).toString('base64'), randomBytes(32).toString('base64')]
let folder: string
let file: string
let running: Running | RunningSites
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'session-keys-'))
  file = join(folder, 'keys')
  writeFileSync(file, first)
})
afterEach(async () => {
  await running.stop()
  rmSync(folder, { recursive: true })
})

function rotate(keys: string): void {
  writeFileSync(file, keys)
  running.service.reload?.()
}

const keysCheck = async () => {
  const { body } = await ask(running.url, 'GET', '/readyz')
  return (body as { checks: { name: string; ok: boolean }[] }).checks.find(
    ({ name }) => name === 'session-keys-file',
  )
}

test('changed session keys in the file take effect, and a removed key’s tokens are rejected', async () => {
  const started = await startTogether({ settings: { SESSION_KEYS_FILE: file } })
  running = started
  const old = await started.openPage()
  rotate(`${second},${first}`)
  expect((await old.ask('GET', '/guest-session')).status).toBe(200)
  const next = await started.openPage()
  const stream = await old.events()
  rotate(second)
  await stream.next(({ event }) => event === 'reconnect')
  expect((await old.ask('GET', '/guest-session')).status).toBe(401)
  expect((await next.ask('GET', '/guest-session')).status).toBe(200)
  expect(await keysCheck()).toMatchObject({ ok: true })
})

test('invalid session keys in the file change nothing, and readiness reports them', async () => {
  const started = await startTogether({ settings: { SESSION_KEYS_FILE: file } })
  running = started
  const page = await started.openPage()
  rotate('canary-that-is-no-key')
  expect((await page.ask('GET', '/guest-session')).status).toBe(200)
  expect(await keysCheck()).toMatchObject({ ok: false, essential: false })
  expect(started.logLines.join('')).not.toContain('canary')
  rotate(first)
  expect(await keysCheck()).toMatchObject({ ok: true })
})

test('with several sites, changed session keys in the file take effect', async () => {
  running = await startSites({ SESSION_KEYS_FILE: file })
  const old = await openPage(running.url, {}, SHOP)
  const { session } = old
  const stream = await old.events()
  rotate(`${second},${first}`)
  expect((await old.say('still good')).status).toBe(201)
  await stream.next(({ data }) => data['text'] === 'still good')
  expect(stream.events.map(({ event }) => event)).not.toContain('reconnect')
  rotate(second)
  const authorization = `Bearer ${session}`
  expect((await old.ask('GET', '/messages', undefined, { authorization })).status).toBe(401)
  // The first response contained a new token, sealed with the new key.
  expect((await old.ask('GET', '/messages')).status).toBe(200)
  stream.close()
})

test('a service without files for keys and sites has nothing to reload', async () => {
  running = await startTogether()
  expect(running.service.reload).toBeUndefined()
})
