import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { expect, test } from '@jest/globals'
import { startSimulator } from '../../src/simulator/simulator.ts'
import { openPage } from '../start-service.ts'
import { startProcess } from './start-process.ts'

test('SIGHUP makes a running service take up a new site at once', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sites-process-'))
  const file = join(folder, 'sites.json')
  const write = (...ALLOWED_ORIGINS: string[]) =>
    writeFileSync(file, JSON.stringify({ sites: { shop: { ALLOWED_ORIGINS } } }))
  write('https://shop.example.com')
  const genesys = await startSimulator({ agent: 'silent' })
  const service = await startProcess(genesys, { ALLOWED_ORIGINS: '', SITES_FILE: file })
  const open = async (origin: string) => (await openPage(service.url, {}, origin)).opened.status
  expect([await open('https://shop.example.com'), await open('https://new.example.com')]).toEqual([201, 403])
  write('https://shop.example.com', 'https://new.example.com')
  process.kill(service.pid, 'SIGHUP')
  while ((await open('https://new.example.com')) !== 201) continue
  expect(await open('https://shop.example.com')).toBe(201)
  await service.end('SIGTERM')
  await genesys.close()
  rmSync(folder, { recursive: true })
})

const TELL_HELD_MEMORY = fileURLToPath(new URL('tell-held-memory.mjs', import.meta.url))
const SITES = 10
const RELOADS = 50
/** Had each replaced site been kept, it would be several times as much. */
const MAX_GROWTH_BYTES = 5_000_000

test(`${RELOADS} reloads that replace ${SITES} sites keep none of the former ones in memory`, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sites-process-'))
  const file = join(folder, 'sites.json')
  let versions = 0
  const write = () => {
    versions += 1
    const siteAt = (i: number) => ({
      ALLOWED_ORIGINS: `https://site-${i}.example.com`,
      UPSTREAM_TIMEOUT_MS: 4000 + versions,
    })
    const sites = Object.fromEntries(Array.from({ length: SITES }, (_, i) => [`site-${i}`, siteAt(i)]))
    writeFileSync(file, JSON.stringify({ sites }))
  }
  write()
  const genesys = await startSimulator({ agent: 'silent' })
  const settings = { ALLOWED_ORIGINS: '', SITES_FILE: file, RATE_SESSIONS_PER_ADDRESS_PER_MINUTE: '1000' }
  const service = await startProcess(genesys, settings, ['--expose-gc', `--import=${TELL_HELD_MEMORY}`])
  const linesWith = (text: string) => service.logLines.filter((line) => line.includes(text))
  async function afterSignal(signal: 'SIGHUP' | 'SIGUSR2', text: string): Promise<string> {
    const known = linesWith(text).length
    service.signal(signal)
    while (linesWith(text).length === known) await turn()
    return linesWith(text).at(-1) ?? ''
  }
  async function heapAfter(reloads: number): Promise<number> {
    for (let i = 0; i < reloads; i++) {
      write()
      await afterSignal('SIGHUP', 'sites are served')
      expect((await openPage(service.url, {}, 'https://site-0.example.com')).opened.status).toBe(201)
    }
    return (JSON.parse(await afterSignal('SIGUSR2', 'heapBytes')) as { heapBytes: number }).heapBytes
  }
  const before = await heapAfter(5)
  const growth = (await heapAfter(RELOADS)) - before
  expect(growth).toBeLessThan(MAX_GROWTH_BYTES)
  await service.end('SIGTERM')
  await genesys.close()
  rmSync(folder, { recursive: true })
}, 60_000)
