// Three times what the service can answer, for a minute: it goes on answering what it can, and says no at once to the rest.
import { readFileSync } from 'node:fs'
import http from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { Latencies } from '../bench/processes/latencies.mjs'
import { cpuMs, freePort, residentKiB, startHelper, startServer } from '../bench/processes/processes.mjs'
import { messageRequest, ORIGIN, startService } from '../bench/processes/service.mjs'

const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url))
const REFUSING_SERVER = fileURLToPath(new URL('processes/refusing-server.mjs', import.meta.url))
const GUESTS = 1000
const CAPACITY_CONNECTIONS = 64
const TIMES_CAPACITY = 3
const CONNECTIONS = [500, 1500, 4000]
const WARM_UP_MS = 4000
const MOST_CAPACITY_MS = 10_000
const WARM_UP_OVERLOAD_MS = 5000
const BARE_SERVER_MS = 4000

const MIN_GOODPUT = 0.8
const MAX_P99_RATIO = 5
const MAX_REFUSAL_MS = 50
const MAX_HEALTH_MS = 100
const MAX_RECOVERY_MS = 5000
const MAX_MEMORY_RATIO = 1.1
const MEMORY_WITHIN_MS = 60_000

/** The generator itself was too slow for its figures to mean anything. */
const MAX_OWN_DELAY_MS = 20
const MIN_OFFERED = 0.9

const HEALTH_EVERY_MS = 100
const RECOVERY_WINDOW_MS = 500

/** @param seconds of overload, for each number of connections */
export async function endureOverload({ verdict, seconds, connections = CONNECTIONS }) {
  const { say, expect, expectFigure } = verdict
  const upstream = await startHelper('upstream.mjs')
  const load = await startHelper('load.mjs')
  const overload = await startHelper(new URL('processes/overload-load.mjs', import.meta.url).href)
  const ports = await upstream.ask('listen', {})
  const managementPort = await freePort()
  const moreEnv = { MANAGEMENT_PORT: String(managementPort) }
  const service = await startService({ main: MAIN, guestApi: 'external-guests', ports, moreEnv })
  const { port, pid } = service
  try {
    const requests = (await load.ask('openGuests', { port, count: GUESTS, origin: ORIGIN })).map(
      messageRequest,
    )
    for (const each of [load, overload]) await each.ask('setRequests', requests)
    const capacity = await measureCapacity()
    await measureBareServer(capacity)
    await overload.ask('overload', {
      port,
      perSecond: capacity.perSecond * TIMES_CAPACITY,
      connections: connections.at(-1),
      forMs: Math.min(WARM_UP_OVERLOAD_MS, seconds * 1000),
    })
    await recovered(capacity)
    const calmMiB = residentMiB()
    for (const count of connections) await withConnections(count, capacity, calmMiB)
  } finally {
    await Promise.all([service, upstream, load, overload].map((process) => process.stop()))
  }

  function residentMiB() {
    return residentKiB(pid) / 1024
  }

  async function measureCapacity() {
    const options = { port, connections: CAPACITY_CONNECTIONS, warmUpMs: WARM_UP_MS }
    const measured = await load.ask('closedLoop', {
      ...options,
      measureMs: Math.min(MOST_CAPACITY_MS, seconds * 1000),
    })
    say(
      `capacity ${measured.perSecond.toFixed(0)} a second over ${CAPACITY_CONNECTIONS} connections, p50 ${measured.p50Ms} ms, p99 ${measured.p99Ms} ms`,
    )
    expect(measured.errors === 0, `nothing fails at capacity (${measured.errors})`)
    return measured
  }

  /** How the generator does without a service behind it, and what node:http itself takes of the core for as many refusals. */
  async function measureBareServer(capacity) {
    const bare = await startServer([process.execPath, REFUSING_SERVER])
    const ask = async (forMs) => {
      const perSecond = capacity.perSecond * TIMES_CAPACITY
      return overload.ask('overload', { port: bare.port, perSecond, connections: CONNECTIONS[1], forMs })
    }
    try {
      await ask(BARE_SERVER_MS / 2)
      const cpuFrom = cpuMs(bare.pid)
      const seen = await ask(BARE_SERVER_MS)
      const each = (cpuMs(bare.pid) - cpuFrom) / ((seen.refusedPerSecond * BARE_SERVER_MS) / 1000)
      const ofAnAnswer = each / (1000 / capacity.perSecond)
      const left = (1 - TIMES_CAPACITY * ofAnAnswer) / (1 - ofAnAnswer)
      say(
        `a bare server that refuses at once: offered ${seen.sentPerSecond.toFixed(0)} a second, refusals ${seen.refused.p50Ms} ms (p50) and ${seen.refused.p99Ms} ms (p99), the generator late by ${seen.ownDelayP99Ms.toFixed(1)} ms; ${(each * 1000).toFixed(0)} µs each leave ${percent(left)} of capacity`,
      )
    } finally {
      await bare.stop()
    }
  }

  async function withConnections(count, capacity, calmMiB) {
    const probes = probeHealth(port)
    const managementProbes = probeHealth(managementPort)
    const waitedFromMs = waitedForCoreMs(pid)
    const perSecond = capacity.perSecond * TIMES_CAPACITY
    const seen = await overload.ask('overload', {
      port,
      perSecond,
      connections: count,
      forMs: seconds * 1000,
    })
    const endedAt = performance.now()
    const health = probes.stop()
    const managementHealth = managementProbes.stop()
    say(
      `${count}: the service waited for its core for ${percent((waitedForCoreMs(pid) - waitedFromMs) / (seconds * 1000))} of the time`,
    )
    const busyMiB = residentMiB()
    const recoveredAt = await recovered(capacity)
    judge(count, { seen, health, managementHealth, capacity, perSecond })
    expectFigure(
      recoveredAt - endedAt < MAX_RECOVERY_MS,
      `${count}: as before within ${Math.round(recoveredAt - endedAt)} ms, below ${MAX_RECOVERY_MS} ms`,
    )
    const afterMiB = await memoryBack(calmMiB)
    expectFigure(
      afterMiB <= calmMiB * MAX_MEMORY_RATIO,
      `${count}: resident memory is ${afterMiB.toFixed(0)} MiB again (${busyMiB.toFixed(0)} under load), at most ${MAX_MEMORY_RATIO} × ${calmMiB.toFixed(0)} MiB`,
    )
  }

  function judge(count, { seen, health, managementHealth, capacity, perSecond }) {
    const { admitted, refused, connects } = seen
    const offered = seen.sentPerSecond / perSecond
    say(
      `${count}: offered ${seen.sentPerSecond.toFixed(0)} a second (${percent(offered)} of the aim), good ${seen.goodPerSecond.toFixed(0)}, refused ${seen.refusedPerSecond.toFixed(0)}, new connections ${connects.perSecond.toFixed(0)} (p99 ${connects.p99Ms} ms), no free connection ${seen.withoutConnection}`,
    )
    say(
      `${count}: the generator was late by ${seen.ownDelayP99Ms.toFixed(1)} ms (p99) and took ${percent(seen.ownCpuShare)} of a core`,
    )
    if (seen.ownDelayP99Ms > MAX_OWN_DELAY_MS || offered < MIN_OFFERED)
      say(`${count}: THE GENERATOR OR ITS CONNECTIONS were the limit: less was offered than was meant`)
    expect(
      seen.failed + seen.other === 0,
      `${count}: every request is served or refused (${seen.failed} without an answer, ${seen.other} answered otherwise)`,
    )
    expectFigure(
      seen.goodPerSecond >= MIN_GOODPUT * capacity.perSecond,
      `${count}: goodput is ${percent(seen.goodPerSecond / capacity.perSecond)} of capacity, at least ${percent(MIN_GOODPUT)}`,
    )
    expectFigure(
      admitted.p99Ms < MAX_P99_RATIO * capacity.p99Ms,
      `${count}: admitted p99 is ${admitted.p99Ms} ms (p50 ${admitted.p50Ms} ms), below ${MAX_P99_RATIO} × ${capacity.p99Ms} ms`,
    )
    expectFigure(
      refused.p99Ms < MAX_REFUSAL_MS,
      `${count}: refusals take ${refused.p99Ms} ms (p99; p50 ${refused.p50Ms} ms), below ${MAX_REFUSAL_MS} ms`,
    )
    for (const [where, probes] of [
      ['', health],
      [' to MANAGEMENT_PORT', managementHealth],
    ])
      expectFigure(
        probes.p99Ms < MAX_HEALTH_MS && probes.failed === 0,
        `${count}: /healthz on a new connection${where} takes ${probes.p99Ms} ms (p99 of ${probes.count}; p50 ${probes.p50Ms} ms, ${probes.failed} failed), below ${MAX_HEALTH_MS} ms`,
      )
  }

  /** @returns when a window was as good as before, or Infinity */
  async function recovered({ perSecond, p99Ms }) {
    const until = performance.now() + 2 * MAX_RECOVERY_MS
    while (performance.now() < until) {
      const window = await load.ask('closedLoop', {
        port,
        connections: CAPACITY_CONNECTIONS,
        warmUpMs: 0,
        measureMs: RECOVERY_WINDOW_MS,
      })
      const isAsBefore = window.perSecond >= MIN_GOODPUT * perSecond && window.p99Ms < 2 * p99Ms
      if (window.errors === 0 && isAsBefore) return performance.now()
    }
    return Infinity
  }

  async function memoryBack(calmMiB) {
    const until = performance.now() + Math.min(MEMORY_WITHIN_MS, seconds * 1000)
    while (residentMiB() > calmMiB * MAX_MEMORY_RATIO && performance.now() < until) await pause(500)
    return residentMiB()
  }
}

/** Asks `/healthz`, each time on a new connection. */
function probeHealth(port) {
  const latencies = new Latencies()
  let failed = 0
  const ask = () => {
    const startedAt = performance.now()
    http
      .get({ host: '127.0.0.1', port, path: '/healthz', agent: false }, (answer) => {
        answer.resume().on('end', () => {
          if (answer.statusCode === 200) latencies.add(performance.now() - startedAt)
          else failed += 1
        })
      })
      .on('error', () => (failed += 1))
  }
  const timer = setInterval(ask, HEALTH_EVERY_MS)
  return {
    stop() {
      clearInterval(timer)
      return { ...latencies.summary(), count: latencies.count, failed }
    },
  }
}

/** How long the main thread was ready and did not run, as something else had its core (Linux, sched-stats). */
function waitedForCoreMs(pid) {
  return Number(readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ')[1]) / 1e6
}

const percent = (share) => `${Math.round(share * 100)} %`
