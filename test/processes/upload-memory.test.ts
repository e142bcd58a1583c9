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

/** Linux: the most memory that was in use since the last {@link forgetPeak}. */
async function peakBytes(): Promise<number> {
  const status = await readFile(`/proc/${service.pid}/status`, 'utf8')
  return Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1]) * 1024
}

async function forgetPeak(): Promise<void> {
  await writeFile(`/proc/${service.pid}/clear_refs`, '5')
}

test('a file of 9 MB passes through, and is never kept in memory as a whole', async () => {
  // A process that has just started still loads and compiles what it needs for its first files.
  for (let at = 0; at < 20; at++) expect(await upload(256 * 1024)).toBe(201)
  // V8 takes a megabyte or two for itself at times. Peaks are compared with peaks, of two files, and no file may be kept.
  const growths = [await growthBytes(), await growthBytes()]
  expect(Math.min(...growths)).toBeLessThan(3 * MIB)
  expect(Math.max(...growths)).toBeLessThan(4.5 * MIB)
}, 60_000)

/** How much more memory a file of 9 MB takes at most than small ones. */
async function growthBytes(): Promise<number> {
  await forgetPeak()
  for (let at = 0; at < 10; at++) expect(await upload(256 * 1024)).toBe(201)
  const before = await peakBytes()
  await forgetPeak()
  expect(await upload(9_000_000)).toBe(201)
  return (await peakBytes()) - before
}
