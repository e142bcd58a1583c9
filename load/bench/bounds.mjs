// The bounds that the benchmark's figures must meet.
import { NAMES } from './names.mjs'
import { MAX_REQUESTS_IN_FLIGHT } from '../harness/service-settings.mjs'

const OVER_PEERS_AT_64 = {
  fastifySameWork: 0.85,
  usualPackages: 5,
  seed: 3.8,
  httpProxyMiddleware: 1.5,
  fastifyProxy: 0.55,
  raw: 0.5,
}
const SHARE_OF_64 = { 500: 0.85, 1500: 0.75, 4000: 0.6 }

const whole = (number) => Math.round(number).toLocaleString('en')
const places = (number, digits = 2) => number.toFixed(digits)
const percent = (share) => `${Math.round(share * 100)}%`

/** @returns `{ aim, seen, holds }` for each bound of the parts that were measured */
export function judge({ rest, connections, webMessaging, live, start, retry }) {
  return [
    ...(rest ? judgeRest(rest) : []),
    ...(connections ? judgeConnections(connections) : []),
    ...(webMessaging ? judgeWebMessaging(webMessaging) : []),
    ...(live ? judgeLive(live) : []),
    ...(start ? judgeStart(start) : []),
    ...(retry ? judgeRetry(retry) : []),
  ]
}

function judgeRest({ '0ms-64': full, '20ms-500': slow }) {
  const { ours } = slow.servers
  const errors = [full, slow].reduce(
    (sum, { servers }) => sum + servers.ours.errors + servers.defaults.errors,
    0,
  )
  const overFastify = slow.p99Ratios.fastifyProxy.max
  return [
    ...Object.entries(OVER_PEERS_AT_64).map(([peer, least]) => {
      const { median } = full.ratios[peer]
      return {
        aim: `A, 64 connections: at least ${least} × ${NAMES[peer]}`,
        seen: places(median),
        holds: median >= least,
      }
    }),
    {
      aim: 'A, 64 connections, and A, 20 ms, 500 connections: no refusal and no error, also with default settings',
      seen: whole(errors),
      holds: errors === 0,
    },
    {
      aim: `A, 20 ms, 500 connections: p99 at most 2 × ${NAMES.fastifyProxy} in every round`,
      seen: places(overFastify),
      holds: overFastify <= 2,
    },
    {
      aim: 'A, 20 ms, 500 connections: p99 below 0.4 s in every round',
      seen: `${whole(ours.p99Ms.max)} ms`,
      holds: ours.p99Ms.max < 400,
    },
  ]
}

function judgeConnections(connections) {
  return Object.entries(SHARE_OF_64).flatMap(([count, least]) => {
    const { over64, p99Ms, healthMs, healthFailed, refused, errors } = connections[count]
    const refusals = Number(count) <= MAX_REQUESTS_IN_FLIGHT ? refused : 0
    const where = `A, ${whole(Number(count))} connections`
    return [
      {
        aim: `${where}: at least ${percent(least)} of the goodput at 64 connections`,
        seen: percent(over64.median),
        holds: over64.median >= least,
      },
      { aim: `${where}: p99 below 1 s`, seen: `${whole(p99Ms.median)} ms`, holds: p99Ms.median < 1000 },
      {
        aim: `${where}: \`/healthz\` on a new connection below 0.5 s (p99)`,
        seen: `${whole(healthMs.median)} ms, ${healthFailed} failed`,
        holds: healthMs.median < 500 && healthFailed === 0,
      },
      {
        aim: `${where}: no error, and no refusal up to MAX_REQUESTS_IN_FLIGHT`,
        seen: `${whole(refused)} refused, ${errors} errors`,
        holds: refusals + errors === 0,
      },
    ]
  })
}

function judgeWebMessaging({ overRelay: { median }, streams, errors }) {
  return [
    { aim: 'B: at least 0.7 × the bare relay', seen: places(median), holds: median >= 0.7 && errors === 0 },
    {
      aim: 'B: none of 1,000 event streams opened simultaneously is refused',
      seen: `${streams.refused} refused`,
      holds: streams.refused === 0,
    },
  ]
}

/**
 * The bounds apply to the largest number of guests that was measured: 9,900 with `ulimit -n 30000`, fewer with a lower
 * limit.
 */
function judgeLive(live) {
  const count = Math.max(...Object.keys(live).map(Number).filter(Number.isFinite))
  const { lost, twice, p99Ms, memoryRatio } = live[count]
  const guests = `C, ${count.toLocaleString('en')} guests`
  return [
    {
      aim: `${guests}: no message lost or duplicated`,
      seen: `${lost} lost, ${twice} duplicated`,
      holds: lost + twice === 0,
    },
    {
      aim: `${guests}: p99 below 8 ms`,
      seen: `${places(p99Ms.median, 1)} ms`,
      holds: p99Ms.median < 8,
    },
    {
      aim: `${guests}: memory per guest at most 1.05 × the bare relay's`,
      seen: places(memoryRatio),
      holds: memoryRatio <= 1.05,
    },
  ]
}

function judgeStart({ firstAnswerMs: { ours: first }, idleMiB: { ours: idle } }) {
  return [
    { aim: 'E: first response within 0.3 s', seen: `${whole(first.median)} ms`, holds: first.median <= 300 },
    { aim: 'E: at most 70 MiB when idle', seen: `${places(idle.median, 1)} MiB`, holds: idle.median <= 70 },
  ]
}

function judgeRetry(retry) {
  return Object.entries(retry).flatMap(([count, { ours, ratio }]) => {
    const { errors, unanswered, before, after } = ours
    const where = `Immediate retries, ${whole(Number(count))} connections`
    return [
      {
        aim: `${where}: at least 0.6 × the 2xx responses of "Fastify, same work"`,
        seen: places(ratio),
        holds: Number.isFinite(ratio) && ratio >= 0.6,
      },
      {
        aim: `${where}: every request gets a response`,
        seen: `${errors + unanswered} without a response`,
        holds: errors + unanswered === 0,
      },
      {
        aim: `${where}: five seconds later, at least 0.8 × the earlier throughput and at most 2 × the earlier p99`,
        seen: `${places(after.perSecond / before.perSecond)} and ${places(after.p99Ms / before.p99Ms)}`,
        holds:
          after.perSecond >= 0.8 * before.perSecond && after.p99Ms <= 2 * before.p99Ms && after.errors === 0,
      },
      {
        aim: `${where}: then, after a garbage collection, the service uses at most 1.25 × the earlier memory`,
        seen: `${whole(ours.beforeMiB)}, ${whole(ours.busyMiB)}, ${whole(ours.afterMiB)} MiB before, at the end, after`,
        holds: ours.afterMiB <= 1.25 * ours.beforeMiB,
      },
    ]
  })
}
