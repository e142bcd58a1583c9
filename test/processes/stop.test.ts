import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, test } from '@jest/globals'
import { startSimulator } from '../../src/simulator/simulator.ts'
import { openPage, settingsFor } from '../start-service.ts'

/** Starts a program; resolves with its address when it listens. Its output closes when all its processes have ended. */
async function start(command: readonly string[], settings: Readonly<Record<string, string>>) {
  const [program = '', ...args] = command
  const { PATH = '', HOME = '' } = process.env
  const env = { PATH, HOME, PORT: '0', SIMULATOR_PORT: '0', ...settings }
  const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'inherit'] })
  let output = ''
  let url: string | undefined
  while ((url = /http:\/\/127\.0\.0\.1:\d+/.exec(output)?.[0]) === undefined) {
    const [chunk] = (await once(child.stdout, 'data')) as [Buffer]
    output += chunk.toString()
  }
  return {
    url,
    /** Sends SIGTERM. @returns the milliseconds until the last of the program's processes has ended */
    async stop() {
      const closed = once(child, 'close')
      const askedAtMs = performance.now()
      child.kill('SIGTERM')
      await closed
      return performance.now() - askedAtMs
    },
  }
}

test.each([
  ['npm start', ['npm', 'start']],
  ['node dist/main.js', [process.execPath, 'dist/main.js']],
])(
  '%s ends within two seconds of SIGTERM while a page listens',
  async (_name, command) => {
    const genesys = await startSimulator({ agent: 'silent' })
    try {
      const service = await start(command, settingsFor(genesys))
      const page = await openPage(service.url)
      expect((await page.events()).status).toBe(200)
      expect(await service.stop()).toBeLessThan(2000)
      await expect(fetch(service.url)).rejects.toThrow('fetch failed')
    } finally {
      await genesys.close()
    }
  },
  30_000,
)

test.each(['dist/run-simulator.js', 'dist/demo.js'])(
  'node %s ends within two seconds of SIGTERM despite an idle connection',
  async (program) => {
    const { url, stop } = await start([process.execPath, program], {})
    await (await fetch(url)).text()
    expect(await stop()).toBeLessThan(2000)
  },
  30_000,
)
