// npm run bench [-- --only A[,B,C,D,E,retry]] [--rounds N] [--seconds N] [--json] [--service FILE] [--also FILE]
//
// Measures the built service and other servers on 127.0.0.1. Exits with 1 if a bound does not hold. If all parts are
// measured, and without --also, the figures are written to docs/performance.md and its chart. With --json, the figures
// are printed as JSON, and the bounds are not checked.
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { judge } from './bounds.mjs'
import { replaceFigures } from './report.mjs'
import { nginxVersion } from './servers/nginx.mjs'
import { measureConnections } from './scenarios/connections.mjs'
import { measureGuestCounts, measureReplicas } from './scenarios/growth.mjs'
import { measureLive } from './scenarios/live.mjs'
import { measureLatency, measureRest } from './scenarios/rest.mjs'
import { measureRetry } from './scenarios/retry.mjs'
import { measureStart } from './scenarios/start.mjs'
import { measureWebMessaging } from './scenarios/web-messaging.mjs'
import { createVerdict } from '../harness/verdict.mjs'

const PARTS = ['A', 'B', 'C', 'D', 'E', 'retry']
const root = fileURLToPath(new URL('../..', import.meta.url))
const { values } = parseArgs({
  options: {
    only: { type: 'string', default: PARTS.join() },
    rounds: { type: 'string', default: '3' },
    /** The duration of each run with clients that retry immediately. */
    seconds: { type: 'string', default: '60' },
    json: { type: 'boolean', default: false },
    /** A build of the service other than dist/. */
    service: { type: 'string', default: `${root}dist/main.js` },
    /** A second build, measured in the same rounds as one more peer, to see the effect of a change. */
    also: { type: 'string' },
  },
})
const only = values.only.split(',')
const rounds = Number(values.rounds)
const main = values.service
const say = (text) => process.stderr.write(`${text}\n`)

/** All parts together take less time. After this time, something hangs. */
const GIVE_UP_MS = 25 * 60_000
setTimeout(() => {
  say('the benchmark took too long and was stopped')
  process.exit(1)
}, GIVE_UP_MS).unref()

installPeers()
const figures = await measure()
if (only.length === PARTS.length && !values.also) await writeReport()
if (values.json) process.stdout.write(`${JSON.stringify(asRatios(figures))}\n`)
else judgeFigures()
process.exit()

async function measure() {
  const also = values.also ? { also: values.also } : {}
  const common = { main, rounds, say }
  const measured = {}
  if (only.includes('A')) {
    measured.rest = await measureRest({ ...common, nginx: nginxVersion() !== undefined, more: also })
    measured.connections = await measureConnections({ ...common, rounds: Math.min(rounds, 3) })
    if (!values.json) measured.latency = await measureLatency({ ...common, rounds: Math.min(rounds, 3) })
  }
  if (only.includes('B')) measured.webMessaging = await measureWebMessaging(common)
  if (only.includes('C')) measured.live = await measureLive({ ...common, rounds: Math.min(rounds, 3) })
  if (only.includes('D')) {
    measured.replicas = await measureReplicas(common)
    measured.guestCounts = await measureGuestCounts({ ...common, rounds: Math.min(rounds, 3) })
  }
  if (only.includes('E')) measured.start = await measureStart(common)
  if (only.includes('retry')) {
    measured.retry = await measureRetry({ ...common, seconds: Number(values.seconds) })
  }
  return measured
}

/** For part A: load -> peer -> our requests per second divided by the peer's. The other parts are unchanged. */
function asRatios({ rest, connections, webMessaging, live, replicas, guestCounts, start, retry }) {
  const rounded = (number) => Math.round(number * 1000) / 1000
  const medians = (ratios) => Object.entries(ratios).map(([peer, { median }]) => [peer, rounded(median)])
  const A = Object.entries(rest ?? {}).map(([load, { ratios }]) => [
    load,
    Object.fromEntries(medians(ratios)),
  ])
  return {
    ...(rest && { A: Object.fromEntries(A), connections }),
    ...(webMessaging && { B: webMessaging }),
    ...(live && { C: live }),
    ...(replicas && { D: { replicas, guestCounts } }),
    ...(start && { E: start }),
    ...(retry && { retry }),
  }
}

function installPeers() {
  const bench = fileURLToPath(new URL('.', import.meta.url))
  if (spawnSync('npm', ['ls', '--prefix', bench], { stdio: 'ignore' }).status === 0) return
  say('installing the servers to compare with')
  // This project's .npmrc would reject fastify on Node.js 20, because the package that injects its test requests
  // requires a newer version.
  const options = ['--prefix', bench, '--no-audit', '--no-fund', '--no-engine-strict']
  const { status } = spawnSync('npm', ['ci', ...options], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  if (status !== 0) throw new Error('the servers to compare with could not be installed')
}

async function writeReport() {
  // The chart's package, d3-scale, is installed with the peers.
  const { chart } = await import('./chart.mjs')
  const file = `${root}docs/performance.md`
  writeFileSync(file, replaceFigures(readFileSync(file, 'utf8'), figures, { nginx: nginxVersion() }))
  writeFileSync(`${root}docs/images/performance.svg`, chart(figures.rest))
  say(`the figures are in ${file}`)
}

/** Prints whether each bound holds, and exits: with 1 if one does not. */
function judgeFigures() {
  const verdict = createVerdict()
  for (const { aim, seen, holds } of judge(figures)) verdict.expect(holds, `${aim}: ${seen}`)
  verdict.end()
}
