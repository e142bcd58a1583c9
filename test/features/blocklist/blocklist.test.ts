import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { createBlocklistFeature } from '../../../src/service/features/blocklist/blocklist-feature.ts'
import { createLog } from '../../../src/service/observability/log.ts'
import { readBlocklist } from '../../../src/service/settings/blocklist-settings.ts'
import type { Simulator } from '../../../src/simulator/simulator.ts'
import { ask, pageOf, SITE, startTogether, type Running } from '../../start-service.ts'
import { knows, startSiteBackend, type SiteBackend } from '../visitor-webhook/site-backend.ts'

let folder: string
let file: string
const ended: (() => unknown)[] = []
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'blocklist-'))
  file = join(folder, 'blocklist')
})
afterEach(async () => {
  for (const end of ended.splice(0)) await end()
  rmSync(folder, { recursive: true })
})

const refused = { status: 403, body: { code: 'blocked' } }

async function start(
  lines: string,
  settings: Record<string, string> = {},
  genesys?: Simulator,
): Promise<Running> {
  writeFileSync(file, lines)
  const together = await startTogether({
    settings: { BLOCKLIST_FILE: file, TRUST_PROXY: '1', ...settings },
    ...(genesys && { genesys }),
  })
  ended.unshift(() => together.stop())
  return together
}

test('every request from a blocked network is refused, and other requests are served', async () => {
  const { url, openPage } = await start('# bots\n203.0.113.7\n2001:db8:1::/48\n')
  const page = await openPage()
  expect(page.opened.status).toBe(201)
  for (const address of ['203.0.113.7', '::ffff:203.0.113.7', '2001:db8:1:2::3']) {
    const from = { 'x-forwarded-for': address }
    expect(await page.ask('GET', '/messages', undefined, from)).toMatchObject(refused)
    expect(await ask(url, 'POST', '/guest-session', {}, { origin: SITE, ...from })).toMatchObject(refused)
    expect(await ask(url, 'GET', '/deployment', undefined, { origin: SITE, ...from })).toMatchObject(refused)
  }
  const from = { 'x-forwarded-for': '203.0.113.8' }
  expect((await page.ask('GET', '/guest-session', undefined, from)).status).toBe(200)
})

test('a blocked visitor gets no session, and their existing session is refused', async () => {
  const backend: SiteBackend = await startSiteBackend()
  ended.unshift(() => backend.stop())
  backend.respond = (res, visit) => knows({ visitor: String(visit.headers.cookie).split('=')[1] })(res, visit)
  const open = ({ url }: Running, visitor: string, more: object = {}) =>
    ask(url, 'POST', '/guest-session', {}, { origin: SITE, cookie: `shop-session=${visitor}`, ...more })
  const settings = { ...backend.settings, SESSION_KEYS: Buffer.alloc(32, 9).toString('base64') }
  const before = await start('# empty', settings)
  const { session } = (await open(before, 'user-1')).body as { session: string }
  const after = await start('visitor:user-1\n', settings, before.genesys)
  expect(await open(after, 'user-1')).toMatchObject(refused)
  expect((await open(after, 'user-2')).status).toBe(201)
  const page = pageOf(after.url, { ...(await open(after, 'user-2')), body: { session } })
  expect(await page.ask('GET', '/guest-session')).toMatchObject(refused)
  expect(await page.say('hello')).toMatchObject(refused)
  expect(await page.ask('POST', '/guest-session', {})).toMatchObject(refused)
})

test('the blocklist is read again when its file changes, and an invalid file changes nothing', async () => {
  writeFileSync(file, 'visitor:user-1')
  let change = () => undefined as unknown
  const feature = createBlocklistFeature(file, { log: createLog({ level: 'silent' }) }, (onChanged) => {
    change = onChanged
    return { watch: (paths) => expect(paths).toEqual([file]), close: () => undefined }
  })
  const isBlocked = (visitor: string) => {
    try {
      feature.acceptVisitor?.(visitor)
      return false
    } catch {
      return true
    }
  }
  expect([isBlocked('user-1'), isBlocked('user-2')]).toEqual([true, false])
  writeFileSync(file, 'visitor:user-2\nvisitor:user-3')
  change()
  expect([isBlocked('user-1'), isBlocked('user-2')]).toEqual([false, true])
  writeFileSync(file, 'visitor:user-1\nnonsense with a secret')
  change()
  expect([isBlocked('user-1'), isBlocked('user-2')]).toEqual([false, true])
  const [check] = await feature.readinessChecks()
  expect(check).toMatchObject({ ok: false, essential: false })
  expect(check?.hint).toMatch(/line 2: must be/)
})

test('a mistake in the blocklist is reported with its line number but without the text of the line', () => {
  writeFileSync(file, '203.0.113.0/33\n\nsecret\nvisitor:\n1.2.3.4\n')
  const problems: string[] = []
  expect(readBlocklist(file, problems).ipv4Addresses).toEqual(['1.2.3.4'])
  expect(problems.map((problem) => /line (\d)/.exec(problem)?.[1])).toEqual(['1', '3', '4'])
  expect(problems.join()).not.toContain('secret')
  readBlocklist(join(folder, 'missing'), problems)
  expect(problems.at(-1)).toMatch(/cannot be read \(ENOENT\)/)
})
