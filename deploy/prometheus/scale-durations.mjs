// Prints the rules with their durations divided by FACTOR, so that alerts that take minutes in production fire within seconds
// in a test: with a factor of 60, `for: 5m` and `[5m]` become 5000ms. Thresholds do not change, because they are rates per
// second, ratios or gauges. A number that converts `rate(…[5m])` to a count per five minutes does not change either.
//
//   node deploy/prometheus/scale-durations.mjs rules.yml 60
import { readFileSync } from 'node:fs'

const MS = { s: 1000, m: 60_000, h: 3_600_000 }
const [file, factor] = process.argv.slice(2)

/** @param {string} text @param {number} factor */
export function scaleDurations(text, factor) {
  const scaled = (number, unit) => `${Math.round((Number(number) * MS[unit]) / factor)}ms`
  return text
    .replace(/^(\s*for: )(\d+)([smh])$/gm, (_, key, number, unit) => key + scaled(number, unit))
    .replace(/\[(\d+)([smh])\]/g, (_, number, unit) => `[${scaled(number, unit)}]`)
}

if (file !== undefined) process.stdout.write(scaleDurations(readFileSync(file, 'utf8'), Number(factor)))
