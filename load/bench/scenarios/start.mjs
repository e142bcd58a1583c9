// Part E: the time from the start of the process to its first response, and its memory when idle.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import http from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import { freePort } from '../../harness/free-port.mjs'
import { residentKiB, startHelper } from '../../harness/processes.mjs'
import { upstreamSettings } from '../../harness/service-settings.mjs'
import { spread } from '../../harness/statistics.mjs'

const EMPTY_FILE = new URL('../servers/empty-express.mjs', import.meta.url).pathname
/** Long enough for V8 to collect the garbage from startup. */
const IDLE_MS = 6000
const GIVE_UP_MS = 30_000

/**
 * Starts the two servers in turn. Each can use both cores. The upstream that the service calls at startup responds
 * immediately.
 */
export async function measureStart({ main, rounds, say }) {
  const upstream = await startHelper('upstream.mjs')
  const ports = await upstream.ask('listen', {})
  const files = { ours: main, empty: EMPTY_FILE }
  const env = upstreamSettings({ guestApi: 'web-messaging', ports })
  const runs = { ours: [], empty: [] }
  try {
    for (let round = 0; round <= rounds; round++) {
      say(`E: round ${round} of ${rounds}`)
      for (const [name, file] of Object.entries(files)) {
        const run = await startOnce(file, env)
        if (round > 0) runs[name].push(run) // round 0 reads the files from the disk
      }
    }
  } finally {
    await upstream.stop()
  }
  const of = (key) =>
    Object.fromEntries(Object.entries(runs).map(([name, all]) => [name, spread(all.map((run) => run[key]))]))
  return { firstAnswerMs: of('firstAnswerMs'), idleMiB: of('idleMiB') }
}

async function startOnce(file, settings) {
  const port = await freePort()
  const env = { PATH: process.env.PATH, NODE_ENV: 'production', ...settings, PORT: String(port) }
  const startedAt = performance.now()
  const child = spawn(process.execPath, [file], { env, stdio: ['ignore', 'ignore', 'inherit'] })
  const ended = once(child, 'exit')
  const killLate = setTimeout(() => child.kill('SIGKILL'), GIVE_UP_MS)
  try {
    while (!(await isHealthy(port))) {
      if (child.exitCode !== null || child.signalCode !== null) throw new Error(`${file} did not start`)
      await pause(2)
    }
    const firstAnswerMs = performance.now() - startedAt
    await pause(IDLE_MS)
    return { firstAnswerMs, idleMiB: residentKiB(child.pid) / 1024 }
  } finally {
    clearTimeout(killLate)
    child.kill('SIGKILL')
    await ended
  }
}

function isHealthy(port) {
  return new Promise((resolve) => {
    const request = http.get({ port, host: '127.0.0.1', path: '/healthz', agent: false }, (answer) => {
      answer.resume()
      resolve(answer.statusCode === 200)
    })
    request.on('error', () => resolve(false))
  })
}
