// npm run bench:guard: for CI. Fails when the service has become slower by a third than it was when the
// ratio below was recorded: CPU time for a request of the raw pass-through over ours, each in its least
// disturbed round, on the same core and within the same seconds. What else the machine does moves both.
import { fileURLToPath } from 'node:url'
import { startRest } from './scenarios/rest.mjs'

/** CPU for a request, the raw pass-through's over ours, as recorded with docs/performance.md. */
const RECORDED_RATIO = 0.34
const SLOWEST_RATIO = RECORDED_RATIO * (2 / 3)
const ROUNDS = 8
const LOAD = { connections: 64, warmUpMs: 300, measureMs: 1000 }
const GIVE_UP_MS = 90_000

setTimeout(() => {
  process.stderr.write('the guard took too long and was ended\n')
  process.exit(1)
}, GIVE_UP_MS).unref()

const main = fileURLToPath(new URL('../dist/main.js', import.meta.url))
const rest = await startRest({ main: process.argv[2] ?? main, peers: ['raw'], guests: 200 })
const least = { ours: Infinity, raw: Infinity }
for (let round = 0; round < ROUNDS; round++) {
  for (const name of ['ours', 'raw']) {
    const { cpuMicros, errors } = await rest.run(name, 'closedLoop', LOAD)
    if (errors > 0) throw new Error('a request failed')
    least[name] = Math.min(least[name], cpuMicros)
  }
}
await rest.stop()

const ratio = least.raw / least.ours
process.stdout.write(
  `the raw pass-through's CPU a request over ours: ${ratio.toFixed(2)}, recorded ${RECORDED_RATIO.toFixed(2)}, ` +
    `not to fall below ${SLOWEST_RATIO.toFixed(2)}\n`,
)
process.exit(ratio < SLOWEST_RATIO ? 1 : 0)
