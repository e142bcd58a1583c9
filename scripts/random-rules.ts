// Compares our results for random recurrence rules with those of the package rrule:
// tsx scripts/random-rules.ts [100000] [seed]
import fc from 'fast-check'
import { bothStarts, ruleAndWindow } from '../test/features/availability/random-rules.ts'

const numRuns = Number(process.argv[2] ?? 100_000)
const seed = Number(process.argv[3] ?? Date.now())
let compared = 0
let starts = 0
let different = 0
for (const given of fc.sample(ruleAndWindow, { numRuns, seed })) {
  const both = bothStarts(given)
  if (both === undefined) continue
  compared += 1
  starts += both.ours.length
  if (JSON.stringify(both.ours) === JSON.stringify(both.theirs)) continue
  different += 1
  process.stdout.write(`${given.rule} from ${new Date(given.start).toISOString()}\n${JSON.stringify(both)}\n`)
}
process.stdout.write(
  `${numRuns} rules with seed ${seed}, ${numRuns - compared} of them without a start; ${starts} starts compared, ${different} rules differ\n`,
)
process.exitCode = different === 0 ? 0 : 1
