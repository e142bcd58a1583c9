import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { readReport, reportDifferences, reportOfSimulator } from '../../scripts/record/compare-report.ts'
import { readConfig } from '../../src/service/settings/read-config.ts'
import { createAnswerRecord } from '../../src/doctor/answer-record.ts'
import { runDoctor } from '../../src/doctor/run-doctor.ts'
import type { Simulator } from '../../src/simulator/simulator.ts'
import { CLIENT_SECRET, goodSettings, SESSION_KEY, startGoodGenesys } from './set-ups.ts'

let folder: string
let genesys: Simulator
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'doctor-'))
  genesys = await startGoodGenesys({ look: { customI18nLabels: [{ language: 'en-us', properties: [] }] } })
})
afterEach(async () => {
  rmSync(folder, { recursive: true })
  await genesys.close()
})

async function report(args: string[] = []): Promise<string> {
  const path = join(folder, 'report.json')
  const write = () => undefined
  const readSettings = () => readConfig(goodSettings(genesys))
  await runDoctor({ args: ['--report', path, ...args], readSettings, write, writeError: write })
  return path
}

test('a report contains the shapes of REST responses and frames, without values', async () => {
  const path = await report(['--send'])
  const text = readFileSync(path, 'utf8')
  const { answers, checks } = readReport(path)
  expect(checks).toMatchObject({ history: 'ok', message: 'ok' })
  const calls = answers.map(({ call }) => call)
  expect(calls).toEqual(
    expect.arrayContaining([
      'POST /oauth/token',
      'GET /webdeployments/v1/deployments/*/config.json',
      'GET /api/v2/conversations/messages/*/details',
      'PUT (object store)',
      'frame SessionResponse',
      'frame StructuredMessage',
    ]),
  )
  expect(answers.find(({ call }) => call === 'frame StructuredMessage')?.shape).toMatchObject({
    'frame.body.channel.time': 'string (date-time)',
    'frame.tracingId': 'string (uuid)',
  })
  const ids = [genesys.deploymentId, genesys.organizationId, genesys.clientId]
  const addresses = [new URL(genesys.url).host, 'example.com']
  for (const value of [...ids, ...addresses, CLIENT_SECRET, SESSION_KEY, 'Simulated deployment', 'doctor.'])
    expect(text).not.toContain(value)
  for (const { frame } of genesys.frames) {
    for (const value of valuesIn(frame).filter((one) => one.length > 12)) expect(text).not.toContain(value)
  }
})

test('a report lists what was observed for each assumption that docs/genesys-cloud.md names', async () => {
  const { assumptions } = readReport(await report(['--send']))
  expect(assumptions).toEqual({
    'origin-none': 'HTTP 403',
    'origin-subdomain': 'HTTP 101',
    'origin-port': 'HTTP 101',
    'origin-not-listed': 'HTTP 403',
    'unknown-deployment-handshake': 'HTTP 101',
    'unknown-deployment-configure': 'string 400',
    'unknown-deployment-configuration': 'HTTP 403',
    'frame-invalid': 'string 400',
    'frame-before-configure': 'string 400',
    'action-unknown': 'string 400',
    'session-expiry': 'durationSeconds and expirationDate',
    'jwt-life': 'about 60 s',
    'close-session': 'SessionResponse 200 with tracingId',
    'start-new': 'SessionResponse 200 with tracingId',
    'jwt-refused': 'HTTP 401 bad.credentials',
    'message-metadata': 'kept',
  })
  const page = readFileSync('docs/genesys-cloud.md', 'utf8')
  const [, table = ''] = /^## Undocumented behavior.*?\n([^#]+)/ms.exec(page) ?? []
  const named = [...table.matchAll(/\| `([\w-]+)`(?: \(with `--send`\))? +\|$/gm)].map(([, name]) => name)
  expect(named.sort()).toEqual(Object.keys(assumptions).sort())
})

function valuesIn(value: unknown): string[] {
  if (typeof value === 'string') return /^[A-Za-z]+$/.test(value) ? [] : [value]
  if (typeof value !== 'object' || value === null) return []
  return Object.values(value).flatMap(valuesIn)
}

test('a report does not contain keys that an organization has chosen', () => {
  const hosts = {
    apiUrl: 'https://a.test',
    loginUrl: 'https://a.test',
    cdnUrl: 'https://a.test',
    messagingUrl: 'wss://a.test',
  }
  const record = createAnswerRecord(hosts, 'canary-deployment', Date.now)
  record.onFrame(
    JSON.stringify({ class: 'Canary Jones', body: { attributes: { 'canary.key': '1', plan: '2' } } }),
  )
  record.onResponse({
    method: 'GET',
    url: 'https://a.test/api/v2/x/canary-deployment/0b1f5a3e-51a4-4c8e-9c55-5e1f0f7a0001?canary=1',
    status: 404,
    body: JSON.stringify({ code: 'Canary code', 'canary jones': 1, metadata: { canary: 2 } }),
    headers: {},
  })
  expect(JSON.stringify(record.shapes)).not.toMatch(/canary|jones|plan/i)
  expect(record.shapes.map(({ call }) => call)).toEqual(['frame a frame', 'GET /api/v2/x/*/*'])
})

test('two reports of the same simulator have no differences', async () => {
  const simulated = await reportOfSimulator('web-messaging', false)
  const again = await reportOfSimulator('web-messaging', false)
  expect(simulated.answers.length).toBeGreaterThan(10)
  expect(reportDifferences(simulated, again)).toEqual([])
})

test('the comparison of two reports lists different fields, types, statuses, headers and calls', async () => {
  const simulated = await reportOfSimulator('web-messaging', false)
  const call = 'POST /oauth/token'
  const given = simulated.answers.find((answer) => answer.call === call)!
  const others = simulated.answers.filter((answer) => answer.call !== call)
  const shape = { body: 'object', 'body.access_token': 'null', 'body.token_type': 'string' }
  const elsewhere = { call: 'GET /elsewhere', status: 200, shape: { body: 'list' } }
  const answers = [...others, { ...given, status: 418, headers: [], shape }, elsewhere]
  const found = reportDifferences({ ...simulated, answers }, simulated)
  const rows = found.map((difference) => [difference.call, difference.where, difference.recorded])
  expect(rows.map(String).sort()).toEqual(
    [
      [call, 'status', '418'],
      [call, 'body.access_token', 'null'],
      ['GET /elsewhere', 'call', 'GET /elsewhere'],
      [call, 'header inin-correlation-id', '–'],
      [call, 'body.expires_in', '–'],
    ]
      .map(String)
      .sort(),
  )
})

test('a file that is not a report is refused', () => {
  expect(() => readReport('package.json')).toThrow('is not a report')
})
