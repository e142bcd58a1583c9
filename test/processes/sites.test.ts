import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import { expect, test } from '@jest/globals'
import { startSimulator } from '../../src/simulator/simulator.ts'
import { openPage } from '../start-service.ts'
import { heldMemory, TELLS_HELD_MEMORY } from './held-memory.ts'
import { startProcess } from './start-process.ts'

test('SIGHUP makes a running service accept a website that was added to the sites file', async () => {
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

const SITES = 10
const RELOADS = 50
/** If each replaced site were kept, the growth would be several times as much. */
const MAX_GROWTH_BYTES = 5_000_000

test(`${RELOADS} reloads that replace ${SITES} sites leave none of the replaced sites in memory`, async () => {
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
  const service = await startProcess(genesys, settings, TELLS_HELD_MEMORY)
  const linesWith = (text: string) => service.logLines.filter((line) => line.includes(text))
  async function reload(): Promise<void> {
    const known = linesWith('sites are served').length
    service.signal('SIGHUP')
    while (linesWith('sites are served').length === known) await turn()
  }
  async function heapAfter(reloads: number): Promise<number> {
    for (let i = 0; i < reloads; i++) {
      write()
      await reload()
      expect((await openPage(service.url, {}, 'https://site-0.example.com')).opened.status).toBe(201)
    }
    return (await heldMemory(service)).heapBytes
  }
  const before = await heapAfter(5)
  const growth = (await heapAfter(RELOADS)) - before
  expect(growth).toBeLessThan(MAX_GROWTH_BYTES)
  await service.end('SIGTERM')
  await genesys.close()
  rmSync(folder, { recursive: true })
}, 60_000)
