import { execFile } from 'node:child_process'
import { randomBytes, randomUUID } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { createClient } from '@redis/client'
import { expect, test } from '@jest/globals'
import { startSimulator } from '../../src/simulator/simulator.ts'
import { startProcess, type ServiceProcess } from '../processes/start-process.ts'
import { openPage, settingsFor, type Page } from '../start-service.ts'
import { startRedis } from './redis-server.ts'

const DOCTOR = 'dist/doctor.js'
const HOOKS = ['spans-to-file.mjs', 'write-heap-snapshot.mjs']
const CARD = '4929 1234 5678 9015'
/** The card number with any separators, and in base64. */
const CANARY = [
  /4929\W{0,3}1234\W{0,3}5678\W{0,3}9015/,
  base64Of('4929 1234 5678 9015'),
  base64Of('4929123456789015'),
]
/** This number is not masked, which shows that the search works. */
const PROBE = '7302 4455 1188'

test('a card number appears neither at Genesys nor in logs, metrics, traces, Redis, reports or memory', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'guest-bff-canary-'))
  const files = { spans: join(folder, 'spans'), heap: join(folder, 'heap'), report: join(folder, 'report') }
  const redis = await startRedis()
  const genesys = await startSimulator({ agent: 'silent', limits: { messagesPerSecond: Infinity } })
  const { clientId, clientSecret, queueId } = genesys
  const settings = {
    REDACT: 'card',
    GENESYS_CLIENT_ID: clientId,
    GENESYS_CLIENT_SECRET: clientSecret,
    GENESYS_QUEUE_ID: queueId,
    CALLBACKS: 'on',
    KNOWLEDGE: 'open',
    JOURNEY: 'open',
    SESSION_KEYS: randomBytes(32).toString('base64'),
    REDIS_URL: redis.url,
    REDIS_TIMEOUT_MS: '5000',
    LOG_LEVEL: 'trace',
    NODE_OPTIONS: HOOKS.map(
      (file) => `--import=${new URL(`../processes/${file}`, import.meta.url).href}`,
    ).join(' '),
    SPANS_FILE: files.spans,
    HEAP_SNAPSHOT: files.heap,
  }
  const service = await startProcess(genesys, settings)
  try {
    const page = await openPage(service.url, {
      name: `Jane ${CARD}`,
      attributes: { 'custom.card': CARD },
      journeyContext: { customer: { id: CARD, idType: 'cookie' } },
    })
    await writeEverywhere(page, service)
    const env = { PATH: process.env['PATH'], ...settingsFor(genesys), REDACT: 'card' }
    // Doctor fails because the simulated platform is not Genesys, but still writes its report.
    await promisify(execFile)(process.execPath, [DOCTOR, '--report', files.report], { env }).catch(
      () => undefined,
    )
    const places = {
      genesys: JSON.stringify([genesys.requests, genesys.frames, genesys.transcript()]),
      metrics: await (await fetch(`${service.url}/metrics`)).text(),
      redis: await everythingIn(redis.url),
      heap: await heapOf(service, files.heap),
      log: service.logLines.join('\n'),
      spans: readFileSync(files.spans, 'latin1'),
      report: readFileSync(files.report, 'latin1'),
    }
    const found = Object.entries(places).filter(([, text]) =>
      CANARY.some((canary) => text.search(canary) >= 0),
    )
    expect(found.map(([place]) => place)).toEqual([])
    for (const text of Object.values(places)) expect(text.length).toBeGreaterThan(100)
    // Text that is not masked is found where it belongs, which shows that the search works.
    expect(places.genesys).toContain(PROBE)
  } finally {
    await service.end('SIGKILL')
    await genesys.close()
    await redis.kill()
    rmSync(folder, { recursive: true })
  }
}, 120_000)

async function writeEverywhere(page: Page, service: ServiceProcess): Promise<void> {
  const bodies = [
    { text: `probe ${PROBE}` },
    { text: `my card: ${CARD}` },
    { quickReply: { text: 'Pay', payload: CARD } },
    { button: { text: CARD, payload: CARD } },
    {
      form: {
        cannedResponseId: randomUUID(),
        inReplyTo: 'form',
        answers: [{ id: 'a', text: CARD, payload: CARD }],
      },
    },
    { text: '4929 1234' },
    { text: '5678 9015' },
  ]
  for (const body of bodies) {
    const answer = await page.ask('POST', '/messages', body, { 'idempotency-key': randomUUID() })
    expect(answer.status).toBe(201)
  }
  await page.ask('PUT', '/guest-attributes', {
    attributes: { 'custom.card': CARD, 'custom.n': 4929123456789015 },
  })
  await page.ask('POST', '/messages', { text: CARD, extra: CARD })
  const upload = await fetch(`${service.url}/attachments?fileName=${encodeURIComponent(`${CARD}.png`)}`, {
    method: 'POST',
    headers: { ...page.headers, 'content-type': 'image/png' },
    body: 'a picture',
  })
  expect(upload.status).toBe(201)
  const callback = { name: `Jane ${CARD}`, phone: '+49 30 901820' }
  expect((await page.ask('POST', '/callbacks', callback, { 'idempotency-key': randomUUID() })).status).toBe(
    201,
  )
  for (const what of ['search', 'suggestions'])
    expect((await page.ask('GET', `/knowledge/${what}?q=${encodeURIComponent(CARD)}`)).status).toBe(200)
  const visit = {
    visitorId: randomUUID(),
    name: 'page_viewed',
    page: { url: `https://www.example.com/${CARD}?card=${CARD}#${CARD}`, title: CARD },
    referrer: `https://www.example.com/?q=${CARD}`,
    attributes: { card: CARD, number: 4929123456789015 },
  }
  expect((await page.ask('POST', '/journey/events', visit)).status).toBe(200)
  await page.ask('GET', '/messages')
}

async function everythingIn(url: string): Promise<string> {
  const client = createClient({ url })
  await client.connect()
  const keys = await client.keys('*')
  const values = await Promise.all(keys.map(async (key) => JSON.stringify(await client.dump(key))))
  client.destroy()
  return JSON.stringify([keys, values])
}

async function heapOf(service: ServiceProcess, file: string): Promise<string> {
  service.signal('SIGUSR2')
  // The service responds again once the snapshot has been written.
  while (!service.logLines.some((line) => line.includes('heap snapshot written')))
    await fetch(`${service.url}/healthz`)
  return readFileSync(file, 'latin1')
}

function base64Of(text: string): RegExp {
  return new RegExp(Buffer.from(text).toString('base64').slice(0, -4).replaceAll('+', '\\+'))
}
