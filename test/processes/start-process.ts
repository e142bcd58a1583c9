import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { Simulator } from '../../src/simulator/simulator.ts'
import { settingsFor } from '../start-service.ts'

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url))

/** The service as it runs in production: built, and in a separate process. */
export interface ServiceProcess {
  readonly url: string
  readonly port: number
  readonly pid: number
  /** The value of one metric of `/metrics`. */
  metric(name: string): Promise<number>
  /** Every line of its log. */
  readonly logLines: readonly string[]
  /** Stops reading its output. */
  stopReading(): void
  /** Ends the process, and resolves when it has exited. SIGKILL gives it no time to clean up. */
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>
  signal(signal: NodeJS.Signals): void
  /** The exit code of the process once it has ended; null if a signal ended it. */
  readonly exited: Promise<number | null>
}

/** @param openFiles the maximum number of open files and connections; default: the limit of this process */
export async function startProcess(
  genesys: Simulator,
  settings: Readonly<Record<string, string>> = {},
  nodeOptions: readonly string[] = [],
  openFiles?: number,
): Promise<ServiceProcess> {
  const { PATH = '' } = process.env
  const env = { PATH, ...settingsFor(genesys), LOG_LEVEL: 'info', ...settings }
  const command = [process.execPath, ...nodeOptions, MAIN]
  const limited = ['sh', '-c', `ulimit -n ${openFiles} && exec "$@"`, 'sh', ...command]
  const [program = '', ...args] = openFiles === undefined ? command : limited
  const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'inherit'] })
  const lines = createInterface(child.stdout)
  const logLines: string[] = []
  let isRead = true
  const exited = new Promise<number | null>((resolve) => {
    // At `close`, all its output has arrived; without a reader, that event never occurs.
    child.once('exit', (code) => (isRead ? child.once('close', resolve) : resolve(code)))
  })
  const url = await new Promise<string>((resolve, reject) => {
    child.once('exit', () => reject(new Error('The service did not start. Is it built?')))
    lines.on('line', (line) => {
      logLines.push(line)
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
    logLines,
    stopReading() {
      isRead = false
      lines.pause()
    },
    async end(signal) {
      child.kill(signal)
      await exited
    },
    signal: (signal) => void child.kill(signal),
    exited,
  }
}
