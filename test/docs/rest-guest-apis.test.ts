import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals'
import { KNOWN_IDS } from '../../src/simulator/environment.ts'
import { startSimulator, type Simulator } from '../../src/simulator/simulator.ts'
import { startTogether, type Running } from '../start-service.ts'

/** The shell commands of docs/rest-guest-apis.md, run as they are written, with real curl. */
jest.setTimeout(60_000)

const document = readFileSync('docs/rest-guest-apis.md', 'utf8')
const run = promisify(execFile)

let genesys: Simulator
let running: Running | undefined
let folder: string
beforeEach(async () => {
  genesys = await startSimulator({ agent: 'silent', restGuestApis: true, ...KNOWN_IDS })
  folder = mkdtempSync(join(tmpdir(), 'rest-guest-apis-'))
})
afterEach(async () => {
  await running?.stop()
  running = undefined
  await genesys.close()
  rmSync(folder, { recursive: true })
})

function block(driver: string | undefined, kind: 'settings' | 'start' | 'page'): string {
  const section =
    driver === undefined ? document : (document.split(`\n### ${driver}\n`)[1]?.split('\n### ')[0] ?? '')
  const found = new RegExp(`\`\`\`sh ${kind}\n(.*?)\`\`\``, 's').exec(section)?.[1]
  if (found === undefined)
    throw new Error(`The document has no “${kind}” block for ${driver ?? 'all drivers'}`)
  return found
}

/** Only the ports and the temporary folder in the commands are replaced. */
async function shell(commands: string): Promise<string> {
  const own = commands
    .replaceAll('127.0.0.1:4010', `127.0.0.1:${genesys.port}`)
    .replaceAll('http://127.0.0.1:3000', running?.url ?? 'no service runs yet')
    .replaceAll('/tmp/', `${folder}/`)
  const { stdout } = await run('bash', ['-euo', 'pipefail', '-c', own], {
    env: { PATH: process.env['PATH'], HOME: folder },
  })
  return stdout
}

/** Starts the service with the environment that the document's commands would give it. */
async function startAsDocumented(driver: string): Promise<void> {
  const printEnvironment = 'npm() { node -p "JSON.stringify(process.env)"; }\n'
  const printed = await shell(`${printEnvironment}${block(undefined, 'settings')}${block(driver, 'start')}`)
  const settings = JSON.parse(printed) as Record<string, string>
  expect(settings['GENESYS_GUEST_API']).toBe(driver)
  running = await startTogether({ genesys, settings: { ...settings, PORT: '0', HOST: '127.0.0.1' } })
}

test.each(['external-guests', 'guest-identities'])('the %s flow works as documented', async (driver) => {
  await startAsDocumented(driver)
  const printed = await shell(block(driver, 'page'))
  const [guest] = genesys.restGuests
  expect(genesys.restGuests).toHaveLength(1)
  expect(guest?.details).toMatchObject({ name: 'John Doe', email: 'john.doe@example.com' })
  expect(guest?.messages.map(({ text }) => text)).toEqual(['Hello from the guest'])
  expect(guest?.attributes).toMatchObject({ 'custom.membershipLevel': 'Gold' })
  expect(printed).toContain('"text":"Hello from the guest"')
  expect(printed).toContain('"applied":"now"')
  expect(printed).toContain('"showLoginPrompt":false')
  expect(printed).toContain(`"deploymentId":"${KNOWN_IDS.deploymentId}"`)
  for (const secret of [guest?.token, guest?.guestId, guest?.conversationId])
    expect(printed).not.toContain(secret)
})

test('the external-users flow works as documented for a visitor who is signed in', async () => {
  await startAsDocumented('external-users')
  const printed = await shell(block('external-users', 'page'))
  const [user] = genesys.restGuests
  expect(printed.split('\n')[0]).toBe(user?.token)
  expect(user?.details).toEqual({ userId: 'user-12345' })
  expect(user?.attributes).toMatchObject({
    name: 'John Doe',
    'custom.membershipLevel': 'Gold',
    'custom.page': '/account',
  })
  expect(printed).toContain('"showLoginPrompt":false')
})

test('a page cannot name a user other than the one in its token', async () => {
  await startAsDocumented('external-users')
  const commands = block('external-users', 'page').replace('"userId":"user-12345"', '"userId":"user-1"')
  await expect(shell(commands)).rejects.toMatchObject({ code: 22 })
  expect(genesys.restGuests).toEqual([])
})

test('docs/rest-guest-apis.md states for each operation whether it is published, with evidence', () => {
  const rows = document.split('\n').filter((line) => /^\| `(GET|POST|PUT|wss)/.test(line))
  expect(rows).toHaveLength(13)
  for (const row of rows) {
    const [, operation = '', driver = '', published, evidence = ''] = row
      .split('|')
      .map((cell) => cell.trim())
    const isReal = driver === 'all' || driver === '`web-messaging`'
    expect([operation, published]).toEqual([operation, isReal ? 'yes' : 'no'])
    expect(evidence.length).toBeGreaterThan(20)
  }
})
