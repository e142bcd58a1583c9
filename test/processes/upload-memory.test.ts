import { randomBytes } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import http from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { startSimulator, type Simulator } from '../../src/simulator/simulator.ts'
import { openPage, type Page } from '../start-service.ts'
import { heldMemory, TELLS_HELD_MEMORY } from './held-memory.ts'
import { startProcess, type ServiceProcess } from './start-process.ts'

const MIB = 1024 * 1024
/** V8 leaves 64 MiB outside of its heap before it collects; as much again comes and goes meanwhile. 40 to 70 MiB were seen. */
const MAX_GARBAGE_BYTES = 128 * MIB

let genesys: Simulator
let service: ServiceProcess
let page: Page
beforeEach(async () => {
  genesys = await startSimulator({ agent: 'silent', limits: { requestsPerMinute: Infinity } })
  service = await startProcess(genesys, {}, TELLS_HELD_MEMORY)
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

test('the service buffers less than 2 MiB of a file whose upload stalls at Genesys', async () => {
  for (let at = 0; at < 20; at++) expect(await upload(256 * 1024)).toBe(201)
  const before = (await heldMemory(service)).heldBytes
  const breakOff = await stallUpload(9_000_000)
  const during = (await heldMemory(service)).heldBytes
  breakOff()
  expect(during - before).toBeLessThan(2 * MIB)
}, 60_000)

/**
 * A chunk of a file that has passed is garbage. Node.js keeps its bytes outside of V8's heap, and V8 collects such garbage when tens of
 * megabytes have come together, which no documented means makes it do earlier: one file of 9 MB may all be there as garbage.
 */
test('uploads of 270 MB pass through, and memory grows by no more than V8 leaves uncollected', async () => {
  for (let at = 0; at < 20; at++) expect(await upload(256 * 1024)).toBe(201)
  const growthBytes = await peakGrowthBytes(async () => {
    for (let at = 0; at < 30; at++) expect(await upload(9_000_000)).toBe(201)
  })
  expect(growthBytes).toBeLessThan(MAX_GARBAGE_BYTES)
}, 60_000)

/** Sends a file to a storage that reads nothing of it, until the service takes no more. @returns breaks it off */
async function stallUpload(bytes: number): Promise<() => void> {
  const fault = genesys.injectFault('PUT *', { swallow: true })
  const sending = http.request(`${service.url}/attachments?fileName=film.mp4`, {
    method: 'POST',
    headers: { ...page.headers, 'content-type': 'video/mp4', 'content-length': bytes },
    agent: false,
  })
  sending.on('error', () => undefined)
  sending.end(randomBytes(bytes))
  await fault.happened
  let sentBytes = -1
  for (let unchanged = 0; unchanged < 20;) {
    await pause(20)
    const nowBytes = sending.socket?.bytesWritten ?? 0
    unchanged = nowBytes === sentBytes ? unchanged + 1 : 0
    sentBytes = nowBytes
  }
  return () => sending.destroy()
}

/** How much the memory of the service grows at most while something is done. */
async function peakGrowthBytes(work: () => Promise<void>): Promise<number> {
  await forgetPeak()
  const before = await memoryBytes('VmRSS')
  await work()
  return (await memoryBytes('VmHWM')) - before
}
