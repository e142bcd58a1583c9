// npm run bench:guard, for CI: fails if a request allocates over 10% more bytes than recorded below. Unlike times, this
// number does not depend on other work on the machine, and most changes that make requests slower increase it:
// one more copy, listener, promise or layer.
// It does not show slower system calls or computation without allocations. To detect those, compare two builds
// with `npm run bench -- --only A --also OTHER/dist/main.js`.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { startHelper } from '../harness/processes.mjs'
import { ORIGIN } from '../harness/service-settings.mjs'
import { messageRequest } from '../harness/message-request.mjs'
import { startService } from './start-service.mjs'

/** Per `POST /messages` with `external-guests`, recorded together with the figures in docs/performance.md. */
const RECORDED_BYTES = 68_000
const MOST_BYTES = Math.round(RECORDED_BYTES * 1.1)
const LOAD = { connections: 64, warmUpMs: 0 }
const WARM_UP_MS = 5000
const COUNT_MS = 3000
const GIVE_UP_MS = 60_000

setTimeout(() => {
  process.stderr.write('the guard took too long and was stopped\n')
  process.exit(1)
}, GIVE_UP_MS).unref()

const folder = mkdtempSync(join(tmpdir(), 'bench-guard-'))
const file = join(folder, 'bytes')
const upstream = await startHelper('upstream.mjs')
const load = await startHelper('load.mjs')
const ports = await upstream.ask('listen', {})
const service = await startService({
  main: process.argv[2] ?? fileURLToPath(new URL('../../dist/main.js', import.meta.url)),
  guestApi: 'external-guests',
  ports,
  nodeOptions: ['--import', new URL('preloaded/count-allocations.mjs', import.meta.url).href],
  moreEnv: { ALLOCATIONS_FILE: file },
})
const { port } = service
const tokens = await load.ask('openGuests', { port, count: 200, origin: ORIGIN })
await load.ask('setRequests', tokens.map(messageRequest))
const warmUp = await load.ask('closedLoop', { port, ...LOAD, measureMs: WARM_UP_MS })
await upstream.ask('counts')
process.kill(service.pid, 'SIGUSR2')
const counted = await load.ask('closedLoop', { port, ...LOAD, measureMs: COUNT_MS })
process.kill(service.pid, 'SIGUSR2')
const { requests } = await upstream.ask('counts')
const bytes = Math.round((await written()) / requests)
await Promise.all([service, load, upstream].map((process) => process.stop()))
rmSync(folder, { recursive: true })

if (warmUp.errors + counted.errors > 0) throw new Error('a request failed')
process.stdout.write(
  `${bytes} bytes allocated per request over ${requests} requests; recorded ${RECORDED_BYTES}, at most ${MOST_BYTES}\n`,
)
process.exit(bytes > MOST_BYTES ? 1 : 0)

async function written() {
  for (;;) {
    try {
      const text = readFileSync(file, 'utf8')
      if (text !== '') return Number(text)
    } catch (error) {
      if (error.code !== 'ENOENT') throw error
    }
    await pause(20)
  }
}
