import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { openApiDocument } from '../../src/service/openapi/document.ts'
import { startSimulator, type Simulator } from '../../src/simulator/simulator.ts'
import { startTogether, type Running } from '../start-service.ts'

/** The shell commands of docs/api.md, run as they are written, with real curl. */
const page = readFileSync('docs/api.md', 'utf8')
const blocks = [...page.matchAll(/```sh\n(.*?)```/gs)].map(([, commands = '']) => commands)
/** This command ends only after `--max-time`. */
const isStream = (commands: string) => commands.includes('/events')
const ORIGIN = 'http://localhost:3000'
const run = promisify(execFile)

let genesys: Simulator
let running: Running
/** Receives the survey scores; without it, the service would soon be degraded. */
let backend: Server
beforeEach(async () => {
  backend = createServer((_req, res) => res.end()).listen(0, '127.0.0.1')
  await once(backend, 'listening')
  genesys = await startSimulator({ agent: 'silent' })
  const settings = {
    ALLOWED_ORIGINS: ORIGIN,
    ALLOW_NO_ORIGIN: 'on',
    GENESYS_CLIENT_ID: genesys.clientId,
    GENESYS_CLIENT_SECRET: genesys.clientSecret,
    GENESYS_SCHEDULE_GROUP_ID: genesys.scheduleGroupId,
    GENESYS_QUEUE_ID: genesys.queueId,
    TRANSCRIPT: 'on',
    KNOWLEDGE: 'open',
    JOURNEY: 'open',
    SURVEY_WEBHOOK_URL: `http://127.0.0.1:${(backend.address() as AddressInfo).port}/`,
    SURVEY_WEBHOOK_SECRET: `whsec_${Buffer.alloc(32, 9).toString('base64')}`,
  }
  running = await startTogether({ genesys, settings })
})
afterEach(async () => {
  await running.stop()
  await genesys.close()
  backend.close()
})

/** Fails at the first command that fails or gets an error response; returns what each block printed. */
async function shell(scripts: readonly string[]): Promise<string[]> {
  const strict = 'curl() { command curl --fail-with-body "$@"; }\n'
  const commands = scripts
    .join('\necho; echo ---\n')
    .replace('BFF=http://localhost:3000', `BFF=${running.url}`)
  const { stdout } = await run('bash', ['-euc', strict + commands], {
    env: { PATH: process.env['PATH'] },
  })
  return stdout.split('---\n')
}

test('the commands in docs/api.md work in the given order and print the expected output', async () => {
  const scripts = blocks.filter((commands) => !isStream(commands))
  const printed = await shell(scripts)
  const printedBy = (command: string) => printed[scripts.findIndex((script) => script.includes(command))]
  expect(printedBy('Jane Doe')).toContain('"state":"new"')
  expect(printedBy('"text":"Hello"')).toContain('"text":"Hello"')
  expect(printedBy('pageSize')).toContain('"text":"Hello"')
  expect(printedBy('PUT')).toContain('"applied":"now"')
  expect(printedBy('/knowledge')).toContain('"title":"Where is my parcel?"')
  expect(printedBy('/transcript')).toMatch(/^Conversation\nTime zone: Europe\/Berlin/)
  expect(printedBy('fileName')).toContain('"id":')
  expect(printedBy('/deployment')).toContain('"showLoginPrompt":false')
  expect(printedBy('/availability')).toContain('"state":"open"')
  expect(printedBy('/readyz')).toContain('"status":"ready"')
  expect(printedBy('/metrics')).toContain('# HELP')
})

test('the command for live events prints a message that arrives while the command runs', async () => {
  const [stream = ''] = blocks.filter(isStream)
  const { session, say } = await running.openPage({}, ORIGIN)
  const curl = spawn('bash', ['-c', `exec ${stream}`], {
    env: { PATH: process.env['PATH'], BFF: running.url, AUTH: `Authorization: Bearer ${session}` },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  let printed = ''
  for await (const chunk of curl.stdout.setEncoding('utf8')) {
    if (printed === '') await say('Hello')
    printed += String(chunk)
    if (printed.includes('event: message')) break
  }
  curl.kill()
  expect(printed).toContain('"text":"Hello"')
})

test('docs/api.md names every operation in the OpenAPI document', () => {
  const table = page.split('\n').filter((line) => line.startsWith('| ['))
  const { paths } = openApiDocument({ publicUrl: '', version: '0' })
  const operations = Object.entries(paths ?? {}).flatMap(([path, item]) =>
    Object.keys(item).map((method) => ({ method: method.toUpperCase(), path })),
  )
  expect(operations.length).toBeGreaterThan(15)
  const missing = operations.filter(
    ({ method, path }) => !table.some((row) => row.includes(method) && row.includes(path)),
  )
  expect(missing).toEqual([])
})
