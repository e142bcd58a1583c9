import { spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { once } from 'node:events'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { startSimulator, type Simulator } from '../../src/simulator/simulator.ts'
import { openPage, settingsFor } from '../start-service.ts'
import { freePort } from '../free-port.ts'

let genesys: Simulator
beforeEach(async () => {
  genesys = await startSimulator({ agent: 'silent' })
})
afterEach(() => genesys.close())

interface Readiness {
  readonly status: string
  readonly checks: readonly { readonly name: string; readonly ok: boolean; readonly hint?: string }[]
}

test('a full disk behind standard output is reported, and guests are served until SIGTERM ends the process', async () => {
  const { PATH = '' } = process.env
  const url = `http://127.0.0.1:${await freePort()}`
  const env = { PATH, ...settingsFor(genesys), LOG_LEVEL: 'debug', PORT: new URL(url).port }
  const full = openSync('/dev/full', 'w')
  const service = spawn(process.execPath, ['dist/main.js'], { env, stdio: ['ignore', full, 'pipe'] })
  closeSync(full)
  try {
    let said = ''
    service.stderr!.setEncoding('utf8').on('data', (chunk: string) => (said += chunk))
    const exited = once(service, 'exit') as Promise<[code: number | null, signal: string | null]>
    while (said === '') await Promise.race([once(service.stderr!, 'data'), exited])
    expect(said).toBe('The log cannot be written (ENOSPC). Lines dropped so far: 0\n')

    const page = await openPage(url)
    expect((await page.ask('POST', '/messages', { text: 'hello' })).status).toBe(201)
    const answer = await fetch(`${url}/readyz`)
    const { status, checks } = (await answer.json()) as Readiness
    expect([answer.status, status]).toEqual([200, 'degraded'])
    expect(checks.filter(({ ok }) => !ok)).toEqual([
      expect.objectContaining({ name: 'log', hint: expect.stringContaining('ENOSPC') }),
    ])
    expect(await (await fetch(`${url}/metrics`)).text()).toMatch(/^guest_bff_log_lines_dropped 0$/m)

    const askedAtMs = performance.now()
    service.kill('SIGTERM')
    expect(await exited).toEqual([0, null])
    expect(performance.now() - askedAtMs).toBeLessThan(2000)
  } finally {
    service.kill('SIGKILL')
  }
}, 30_000)
