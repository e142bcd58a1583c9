import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals'
import { Webhook } from 'standardwebhooks'
import { readConfig } from '../../../src/service/settings/read-config.ts'
import { SITE, startTogether, type Running } from '../../start-service.ts'

const SECRET = `whsec_${Buffer.alloc(32, 9).toString('base64')}`

interface Delivery {
  readonly id: string
  readonly event: { readonly type: string; readonly data: Readonly<Record<string, unknown>> }
}

let deliveries: Delivery[] = []
let onDelivery: () => void = () => {}
let statuses: number[] = []
let backend: Server
let url: string
let running: Running

/** The website's backend, which refuses unsigned requests. */
async function receive(req: IncomingMessage): Promise<number> {
  let body = ''
  for await (const chunk of req) body += String(chunk)
  const event = new Webhook(SECRET).verify(body, req.headers as Record<string, string>) as Delivery['event']
  deliveries.push({ id: String(req.headers['webhook-id']), event })
  return statuses.shift() ?? 204
}

beforeAll(async () => {
  backend = createServer((req, res) => {
    void receive(req)
      .catch(() => 401)
      .then((status) => {
        res.statusCode = status
        res.end(onDelivery)
      })
  })
  await new Promise<void>((resolve) => backend.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(backend.address() as AddressInfo).port}/scores`
  running = await startTogether({
    settings: {
      SURVEY_WEBHOOK_URL: url,
      SURVEY_WEBHOOK_SECRET: SECRET,
      SURVEY_ATTRIBUTE: 'custom.score',
    },
    simulator: { autoStart: true },
  })
})
afterEach(() => {
  deliveries = []
  statuses = []
})
afterAll(async () => {
  await running.stop()
  await new Promise((resolve) => backend.close(resolve))
})

/** Resolves when the backend has responded this many times. */
const received = (count: number) =>
  new Promise<void>((resolve) => {
    onDelivery = () => deliveries.length >= count && resolve()
  })

test('the backend gets the signed survey score, which becomes one of the guest’s attributes', async () => {
  const page = await running.openPage()
  expect(page.opened.body.capabilities).toContain('survey')
  await page.say('Hello')
  const delivered = received(1)
  expect((await page.ask('POST', '/survey', { score: 4 })).status).toBe(204)
  await delivered
  expect(deliveries[0]?.event).toMatchObject({
    type: 'survey.answered',
    data: { score: 4, origin: SITE, deploymentId: running.genesys.deploymentId },
  })
  expect(deliveries[0]?.event.data['session']).toMatch(/^[0-9a-f]{32}$/)
  const { body } = await page.ask('PUT', '/guest-attributes', { attributes: {} })
  expect(body.attributes).toMatchObject({ 'custom.score': '4' })
})

test('a survey score is accepted after the end of the conversation', async () => {
  const page = await running.openPage()
  await page.say('Hello')
  expect((await page.ask('DELETE', '/guest-session')).status).toBe(204)
  const delivered = received(1)
  expect((await page.ask('POST', '/survey', { score: 5 })).status).toBe(204)
  await delivered
  expect(deliveries[0]?.event.data).toMatchObject({ score: 5 })
})

test('a survey delivery that fails is retried with the same id', async () => {
  const page = await running.openPage()
  statuses = [503]
  const delivered = received(2)
  await page.ask('POST', '/survey', { score: 1 })
  await delivered
  expect(deliveries[0]?.id).toBe(deliveries[1]?.id)
})

test.each([{}, { score: 0 }, { score: 6 }, { score: 2.5 }, { score: '5' }, { score: 5, comment: 'x' }])(
  '%j is refused as a survey score',
  async (body) => {
    const page = await running.openPage()
    expect(await page.ask('POST', '/survey', body)).toMatchObject({
      status: 400,
      body: { code: 'invalid_request' },
    })
    expect(deliveries).toEqual([])
  },
)

test('without SURVEY_WEBHOOK_URL, a survey score gets 501 and the capability is missing', async () => {
  const without = await startTogether()
  const page = await without.openPage()
  expect(page.opened.body.capabilities).not.toContain('survey')
  expect(await page.ask('POST', '/survey', { score: 5 })).toMatchObject({ status: 501 })
  await without.stop()
})

test.each([
  [{ SURVEY_WEBHOOK_SECRET: undefined }, /SURVEY_WEBHOOK_SECRET is missing/],
  [{ SURVEY_WEBHOOK_SECRET: 'whsec_short' }, /SURVEY_WEBHOOK_SECRET must be whsec_/],
  [{ SURVEY_WEBHOOK_URL: undefined }, /SURVEY_WEBHOOK_URL is missing/],
  [{ SURVEY_ATTRIBUTE: 'level' }, /SURVEY_ATTRIBUTE must be one of ATTRIBUTES_OPEN/],
  [{ NODE_ENV: 'production', SURVEY_WEBHOOK_URL: 'http://www.example.com' }, /must begin with https/],
])('survey settings with %p are refused', (wrong, says) => {
  const settings = {
    ALLOWED_ORIGINS: SITE,
    GENESYS_REGION: 'mypurecloud.ie',
    GENESYS_DEPLOYMENT_ID: 'one',
    SURVEY_WEBHOOK_URL: url,
    SURVEY_WEBHOOK_SECRET: SECRET,
  }
  expect(() => readConfig({ ...settings, ...wrong })).toThrow(says)
})
