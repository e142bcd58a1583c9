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
/**
 * V8 allows 64 MiB outside of its heap before it collects garbage, and as much again while it does so. Runs needed
 * 40 to 70 MiB.
 */
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

/** Linux: the memory in use, or its peak since the last {@link forgetPeak}. */
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
 * Once a chunk of a file has been forwarded, it is garbage. Node.js keeps its bytes outside of V8's heap, and V8 collects
 * such garbage only when there are tens of megabytes of it. No documented option makes V8 collect earlier, so a whole file
 * of 9 MB may be in memory.
 */
test('while 270 MB are uploaded, memory grows only by the garbage that V8 leaves uncollected', async () => {
  for (let at = 0; at < 20; at++) expect(await upload(256 * 1024)).toBe(201)
  const growthBytes = await peakGrowthBytes(async () => {
    for (let at = 0; at < 30; at++) expect(await upload(9_000_000)).toBe(201)
  })
  expect(growthBytes).toBeLessThan(MAX_GARBAGE_BYTES)
}, 60_000)

/**
 * Sends a file to a store that does not read it, until the service accepts no more.
 *
 * @returns a function that aborts the upload
 */
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

/** The largest growth of the service's memory during some work. */
async function peakGrowthBytes(work: () => Promise<void>): Promise<number> {
  await forgetPeak()
  const before = await memoryBytes('VmRSS')
  await work()
  return (await memoryBytes('VmHWM')) - before
}
