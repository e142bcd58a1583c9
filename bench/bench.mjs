// npm run bench [-- --only A[,B,C,D,E]] [--rounds N] [--json] [--service FILE] [--also FILE]
//
// Measures the built service beside what else could stand in its place, on 127.0.0.1 alone, and ends by
// itself. Without --only the figures go to docs/performance.md; with --json our ratios go to stdout.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { replaceFigures } from './report.mjs'
import { nginxVersion } from './servers/nginx.mjs'
import { measureConnections } from './scenarios/connections.mjs'
import { measureGuestCounts, measureReplicas } from './scenarios/growth.mjs'
import { measureLive } from './scenarios/live.mjs'
import { measureLatency, measureRest } from './scenarios/rest.mjs'
import { measureStart } from './scenarios/start.mjs'
import { measureWebMessaging } from './scenarios/web-messaging.mjs'

const PARTS = ['A', 'B', 'C', 'D', 'E']
const root = fileURLToPath(new URL('..', import.meta.url))
const { values } = parseArgs({
  options: {
    only: { type: 'string', default: PARTS.join() },
    rounds: { type: 'string', default: '5' },
    json: { type: 'boolean', default: false },
    /** Another build of the service than dist/. */
    service: { type: 'string', default: `${root}dist/main.js` },
    /** A second build, measured in the same rounds as one more peer: what did a change bring? */
    also: { type: 'string' },
  },
})
const only = values.only.split(',')
const rounds = Number(values.rounds)
const main = values.service
const say = (text) => process.stderr.write(`${text}\n`)

/** Longer than all of it takes; then something hangs. */
const GIVE_UP_MS = 25 * 60_000
setTimeout(() => {
  say('the benchmark took too long and was ended')
  process.exit(1)
}, GIVE_UP_MS).unref()

installPeers()
const figures = await measure()
if (values.json) process.stdout.write(`${JSON.stringify(asRatios(figures))}\n`)
if (only.length === PARTS.length && !values.also) writeReport()
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
  if (only.includes('C')) measured.live = await measureLive(common)
  if (only.includes('D')) {
    measured.replicas = await measureReplicas(common)
    measured.guestCounts = await measureGuestCounts({ ...common, rounds: Math.min(rounds, 3) })
  }
  if (only.includes('E')) measured.start = await measureStart(common)
  return measured
}

/** Scenario -> load -> our requests a second over each peer's. */
function asRatios({ rest, connections, webMessaging, live, replicas, guestCounts, start }) {
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
  }
}

function installPeers() {
  const bench = fileURLToPath(new URL('.', import.meta.url))
  if (existsSync(`${bench}node_modules/.package-lock.json`)) return
  say('installing the servers to compare with')
  // Our own .npmrc would refuse fastify on Node.js 20: the injector for its tests names a newer one.
  const options = ['--prefix', bench, '--no-audit', '--no-fund', '--no-engine-strict']
  const { status } = spawnSync('npm', ['ci', ...options], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  if (status !== 0) throw new Error('the servers to compare with could not be installed')
}

function writeReport() {
  const file = `${root}docs/performance.md`
  writeFileSync(file, replaceFigures(readFileSync(file, 'utf8'), figures, { nginx: nginxVersion() }))
  say(`the figures are in ${file}`)
}
