import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { Simulator } from '../../src/simulator/simulator.ts'
import { settingsFor } from '../start-service.ts'

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url))

/** The service as it is run in earnest: the built one, in a process of its own. */
export interface ServiceProcess {
  readonly url: string
  readonly port: number
  readonly pid: number
  /** One number of `/metrics`. */
  metric(name: string): Promise<number>
  /** Ends it, and resolves when it is gone. SIGKILL leaves it no time for anything. */
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>
}

export async function startProcess(
  genesys: Simulator,
  settings: Readonly<Record<string, string>> = {},
): Promise<ServiceProcess> {
  const { PATH = '' } = process.env
  const env = { PATH, ...settingsFor(genesys), LOG_LEVEL: 'info', ...settings }
  const child = spawn(process.execPath, [MAIN], { env, stdio: ['ignore', 'pipe', 'inherit'] })
  const lines = createInterface(child.stdout)
  const url = await new Promise<string>((resolve, reject) => {
    child.once('exit', () => reject(new Error('The service did not start. Is it built?')))
    lines.on('line', (line) => {
      const { msg, url } = JSON.parse(line) as { msg?: string; url?: string }
      if (msg === 'listening' && url !== undefined) resolve(url)
    })
  })
  return {
    url,
    port: Number(new URL(url).port),
    pid: child.pid!,
    async metric(name) {
      const text = await (await fetch(`${url}/metrics`)).text()
      return Number(new RegExp(`^${name}(?:\\{.*\\})? (.+)$`, 'm').exec(text)?.[1])
    },
    async end(signal) {
      if (child.exitCode !== null || child.signalCode !== null) return
      child.kill(signal)
      await once(child, 'exit')
    },
  }
}
