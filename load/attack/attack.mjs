// npm run attack [-- --share 0.1] [--seed N] [--only requests,frames,answers,cookies,uploads,connections,readiness,heads,slots,exhaustion]
//   [--report-figures]
//
// Attacks the built service on 127.0.0.1 while honest guests at other addresses chat. Prints what it measured, and
// exits with 1 if an honest guest was affected, something stayed open, memory was not freed, or the log contained a
// secret. Memory is compared after garbage collection. With --report-figures, times are printed but not checked: use it
// on a machine with other work. Two campaigns then run in parallel, and the next campaigns start while earlier ones
// wait for their connections to be closed.
import { randomInt } from 'node:crypto'
import { setPriority } from 'node:os'
import { setTimeout as pause } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { createVerdict } from '../harness/verdict.mjs'
import { secretsIn, startArena } from './arena.mjs'

const { values } = parseArgs({
  options: {
    share: { type: 'string', default: '1' },
    seed: { type: 'string' },
    only: { type: 'string' },
    'report-figures': { type: 'boolean', default: false },
  },
})
const share = Number(values.share)
const seed = values.seed === undefined ? randomInt(2 ** 31) : Number(values.seed)
const only = values.only?.split(',')

const HONEST_GUESTS = 8
const HONEST_EVERY_MS = 200
const NORMAL_MS = share < 1 ? 2000 : 8000
/** A lower p99 cannot be distinguished from the machine's noise. */
const LEAST_NORMAL_P99_MS = 2
const MOST_P99_RATIO = 5
const MEMORY_RATIO = 1.1
/** The service logs the first refusals of every address, so a short attack causes more lines per second. */
const LEAST_LOGGED_S = 20
/** Longer than the platform's slowest response, because a read may be waiting for it. */
const LISTEN_MS = 7000
const GIVE_UP_MS = 25 * 60_000
const UNLIMITED = {
  RATE_ADDRESS_PER_MINUTE: '1000000',
  RATE_SESSIONS_PER_ADDRESS_PER_MINUTE: '1000000',
}

/** A part of each attack runs first, so that the baseline for memory includes compiled code and permanent caches. */
const warmUpShare = Math.max(share * 0.1, Math.min(share, 0.05))

/**
 * With UNLIMITED, attacks are not stopped by the limits per address. Other campaigns have the default limits, except as
 * stated.
 */
const campaigns = (share) => {
  const part = (count) => Math.max(1, Math.round(count * share))
  const lastsMs = (ms) => Math.max(2000, ms * share)
  return {
    // This campaign runs first, because its guests' connections to the platform take longest to close.
    frames: {
      settings: UNLIMITED,
      isHostile: true,
      attacks: [['talkToHostileUpstream', { messages: part(5000), perSecond: 75 }]],
    },
    requests: { settings: UNLIMITED, attacks: [['requests', { count: part(100_000), seed }]] },
    answers: {
      settings: UNLIMITED,
      guestApi: 'external-guests',
      isHostile: true,
      events: false,
      attacks: [['talkToHostileUpstream', { messages: part(5000), perSecond: 150, events: false }]],
    },
    cookies: {
      settings: { SESSION_COOKIE: 'on' },
      attacks: [['cookies', { forMs: lastsMs(15_000) }]],
    },
    // An upload's deadline is two minutes, and only a longer attack reaches it.
    uploads: {
      settings: {},
      honest: { uploads: true },
      attacks: [['trickledUploads', { forMs: lastsMs(150_000), count: 24 }]],
    },
    connections: {
      settings: { GENESYS_CONNECTIONS_PER_MINUTE: '400', RATE_SESSIONS_PER_ADDRESS_PER_MINUTE: '1000' },
      honest: { arrivalsEveryMs: 2000 },
      attacks: [['quietGuests', { count: part(240), idleMs: 8000, rounds: 2 }]],
    },
    readiness: {
      settings: {},
      sites: 100,
      attacks: [['readiness', { forMs: lastsMs(15_000), connections: 16 }]],
    },
    heads: {
      settings: {},
      honest: { arrivalsEveryMs: 500 },
      attacks: [
        ['heads', { count: part(4500), bytes: 10, holdMs: lastsMs(10_000) }],
        ['heads', { count: part(8000), bytes: 15_000, holdMs: lastsMs(10_000) }],
        // Node.js keeps up to 1,000 parsers, each with its last part of a request head. The warm-up must fill all of
        // them.
        [
          'heads',
          { count: Math.max(3000, part(8000)), bytes: 15_000, holdMs: lastsMs(10_000), isSecond: true },
        ],
      ],
    },
    slots: {
      // Fewer slots than the attacker requests, but more than its guests may use. The default rate limit would stop the
      // attack earlier.
      settings: { MAX_REQUESTS_IN_FLIGHT: '1000', RATE_ADDRESS_PER_MINUTE: '1000000' },
      honest: { arrivalsEveryMs: 500 },
      // Enough to fill every slot, even in a small run.
      attacks: [['slots', { guestsEach: 10, requestsEach: 50, forMs: lastsMs(20_000) }]],
    },
    exhaustion: {
      settings: {},
      // After a flood, the address's rate limit is used up, so attacks whose requests must be served run first.
      attacks: [
        ['streams', { count: part(3000), holdMs: lastsMs(10_000) }],
        ['slow', { forMs: lastsMs(30_000), each: 40 }],
        ['brokenOff', { count: part(10_000), seed }],
        ['pipelines', { forMs: lastsMs(20_000), depth: 1600 }],
        ['flood', { forMs: lastsMs(15_000), connections: 64 }],
      ],
    },
  }
}

const { say, expect, expectFigure, giveUpAfter, end } = createVerdict({
  reportFigures: values['report-figures'],
})
giveUpAfter(GIVE_UP_MS)

say(`seed ${seed}, share ${share}`)
const chosen = Object.entries(campaigns(share)).filter(([name]) => !only || only.includes(name))
const settling = []
async function wageInTurn() {
  for (let next = chosen.shift(); next !== undefined; next = chosen.shift()) {
    const attacked = await wage(...next)
    settling.push(settle(next[0], attacked))
    if (!values['report-figures']) await Promise.all(settling)
  }
}
await Promise.all(Array.from({ length: values['report-figures'] ? 2 : 1 }, wageInTurn))
await Promise.all(settling)
end(seed)

async function wage(
  name,
  { settings, sites, guestApi, isHostile, events = true, honest: talking = {}, attacks },
) {
  const arena = await startArena({ guestApi, settings, sites, isHostile, seed })
  const { port, honest, attacker } = arena
  setPriority(attacker.pid, 10)
  const honestTokens = await honest.ask('open', { port, count: HONEST_GUESTS, events })
  await honest.ask('talk', { everyMs: HONEST_EVERY_MS, ...talking })
  const attackerTokens = await attacker.ask('openGuests', { port, count: 24 })
  await pause(2000)
  await honest.ask('report')
  await pause(NORMAL_MS)
  const normal = await honest.ask('report')
  const normalP99Ms = Math.max(LEAST_NORMAL_P99_MS, normal.p99Ms)
  say(`${name}: honest guests' normal p50 ${normal.p50Ms} ms, p99 ${normal.p99Ms} ms over ${normal.count}`)
  expect(normal.failed === 0, `${name}: no honest guest's request fails before the attack ${normal.failures}`)

  for (const [attack, options] of campaigns(warmUpShare)[name].attacks) await attacker.ask(attack, options)
  await pause(2000)
  const warmMiB = await arena.service.residentWithoutGarbageMiB()
  await honest.ask('report')
  const logFrom = arena.service.readLog().length
  const attackedFrom = performance.now()
  for (const [attack, options] of attacks) {
    const from = performance.now()
    const result = await attacker.ask(attack, options)
    const seconds = (performance.now() - from) / 1000
    await pause(1000)
    const seen = await honest.ask('report')
    const { findings = [], ...figures } = result
    say(
      `${name}: ${attack} for ${seconds.toFixed(1)} s ${JSON.stringify(figures)}, resident ${arena.service.residentMiB().toFixed(0)} MiB`,
    )
    for (const finding of findings) say(`finding: ${JSON.stringify(finding)}`)
    expect(
      findings.length === 0,
      `${attack}: there is no internal error, and every error response has problem details`,
    )
    expect(
      seen.failed === 0 && seen.count > 0,
      `${attack}: no honest guest's request fails (${seen.failed} of ${seen.count}) ${seen.failures}`,
    )
    expectFigure(
      seen.p99Ms < MOST_P99_RATIO * normalP99Ms,
      `${attack}: the honest guests' p99 is ${seen.p99Ms} ms, below ${MOST_P99_RATIO} × ${normalP99Ms} ms (p50 ${seen.p50Ms} ms)`,
    )
    expect(arena.service.exitCode === null, `${attack}: the process is still running`)
  }

  const attackedSeconds = (performance.now() - attackedFrom) / 1000
  const loggedSeconds = Math.max(attackedSeconds, LEAST_LOGGED_S)
  const perSecond = refusalLines(arena.service.readLog().slice(logFrom)) / loggedSeconds
  if (settings !== UNLIMITED)
    expect(
      perSecond < 1,
      `${name}: the log has ${perSecond.toFixed(2)} lines per second about the attacker's refused requests, below 1`,
    )
  const upstreamCounts = await arena.upstream.ask('counts')
  if (upstreamCounts.frames + upstreamCounts.answers > 0)
    say(
      `${name}: the platform sent ${upstreamCounts.frames} hostile frames and ${upstreamCounts.answers} hostile responses`,
    )
  return { arena, warmMiB, tokens: [...honestTokens, ...attackerTokens] }
}

/** Checks that nothing stays open after all guests have left, and that memory is freed. */
async function settle(name, { arena, warmMiB, tokens }) {
  await arena.honest.ask('leave')
  // On a busy machine, reads may still be in flight at the first attempt, so there are two.
  for (let times = 0; times < 2; times++) {
    await arena.attacker.ask('leave', { listenMs: LISTEN_MS })
    await pause(LISTEN_MS)
    if ((await arena.service.counts()).guest_bff_upstream_sockets === 0) break
  }
  const after = await arena.service.settled()
  expect(
    Object.values(after).every((count) => count === 0),
    `${name}: counts are zero again ${JSON.stringify(after)}`,
  )
  const residentMiB = await arena.service.residentWithoutGarbageMiB()
  expect(
    residentMiB <= warmMiB * MEMORY_RATIO,
    `${name}: after garbage collection, ${residentMiB.toFixed(0)} MiB are resident, at most 1.1 × ${warmMiB.toFixed(0)} MiB`,
  )
  const secrets = secretsIn(arena.service.readLog(), tokens)
  expect(secrets.length === 0, `${name}: the log contains no secret ${secrets}`)
  const exitCode = await arena.stop()
  expect(exitCode === 0, `${name}: the service exits with ${exitCode} after SIGTERM`)
}

/** @returns the number of lines about refused requests, warnings and errors */
function refusalLines(log) {
  return log.split('\n').filter((line) => {
    try {
      const { level, status } = JSON.parse(line)
      return status >= 400 || level === 'warn' || level === 'error' || level >= 40
    } catch {
      return line !== ''
    }
  }).length
}
