// npm run endurance [-- --only restart,once,soak,faults] [--share 0.1] [--seed N] [--minutes N] [--messages N] [--rounds N] [--report-figures]
//
// Runs the built service on 127.0.0.1 under rolling restarts, kills, cut connections and long-lasting faults. Prints
// what it measured, and exits with 1 if a bound does not hold. --share shortens all parts except faults. With
// --report-figures, times and memory are printed but not checked: use it on a machine with other work. Lost and
// duplicate messages are always checked.
import { randomInt } from 'node:crypto'
import { parseArgs } from 'node:util'
import { createVerdict } from '../harness/verdict.mjs'
import { endureFaults } from './faults.mjs'
import { endureOnce } from './once.mjs'
import { endureRestarts } from './restart.mjs'
import { endureSoak } from './soak.mjs'

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: 'restart,once,soak,faults' },
    share: { type: 'string', default: '1' },
    seed: { type: 'string' },
    minutes: { type: 'string' },
    messages: { type: 'string' },
    rounds: { type: 'string' },
    'report-figures': { type: 'boolean', default: false },
  },
})
const number = (text) => (text === undefined ? undefined : Number(text))
/** All parts together take less time. After this time, something hangs. */
const GIVE_UP_MS = 60 * 60_000
const share = Number(values.share)
const seed = Number(values.seed ?? randomInt(2 ** 31))
const verdict = createVerdict({ reportFigures: values['report-figures'] })
verdict.say(`seed ${seed}, share ${share}`)

const parts = {
  restart: () => endureRestarts({ verdict, seed, share, rounds: number(values.rounds) }),
  once: () =>
    endureOnce({ verdict, seed, messages: Number(values.messages ?? Math.max(1000, 100_000 * share)) }),
  faults: () => endureFaults({ verdict }),
  soak: () => endureSoak({ verdict, seed, minutes: Number(values.minutes ?? Math.max(0.25, 15 * share)) }),
}
verdict.giveUpAfter(GIVE_UP_MS)
for (const name of values.only.split(',')) await parts[name]()
verdict.end(seed)
