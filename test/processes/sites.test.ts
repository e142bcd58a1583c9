import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
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
