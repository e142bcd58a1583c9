import { randomBytes } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { startSimulator, type Simulator } from '../../src/simulator/simulator.ts'
import { openPage, type Page } from '../start-service.ts'
import { startProcess, type ServiceProcess } from './start-process.ts'

const MIB = 1024 * 1024

let genesys: Simulator
let service: ServiceProcess
let page: Page
beforeEach(async () => {
  genesys = await startSimulator({ agent: 'silent', limits: { requestsPerMinute: Infinity } })
  service = await startProcess(genesys)
  page = await openPage(service.url)
})
afterEach(async () => {
  await service.end('SIGTERM')
  await genesys.close()
})

async function upload(bytes: number): Promise<number> {
  const answer = await fetch(`${service.url}/attachments?fileName=film.mp4`, {
    method: 'POST',
    headers: { ...page.headers, 'content-type': 'video/mp4' },
    body: randomBytes(bytes),
  })
  await answer.arrayBuffer()
  return answer.status
}

/** Linux: the memory in use, or the most that was in use since the last {@link forgetPeak}. */
async function memoryBytes(which: 'VmRSS' | 'VmHWM'): Promise<number> {
  const status = await readFile(`/proc/${service.pid}/status`, 'utf8')
  return Number(new RegExp(`^${which}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) * 1024
}

async function forgetPeak(): Promise<void> {
  await writeFile(`/proc/${service.pid}/clear_refs`, '5')
}

test('a file of 9 MB passes through, and the memory of the service never grows by 3 MiB', async () => {
  // A process that has just started still loads and compiles what it needs for its first files.
  for (let at = 0; at < 20; at++) expect(await upload(256 * 1024)).toBe(201)
  await forgetPeak()
  const before = await memoryBytes('VmRSS')
  expect(await upload(9_000_000)).toBe(201)
  expect((await memoryBytes('VmHWM')) - before).toBeLessThan(3 * MIB)
}, 60_000)
