// Part A: a guest's message over REST. Every server except the tutorial forwards the same message to the same upstream.
import { checkSameWork } from './check-same-work.mjs'
import { cpuMs, startHelper, startServer } from '../../harness/processes.mjs'
import { ORIGIN } from '../../harness/service-settings.mjs'
import { messageRequest } from '../../harness/message-request.mjs'
import { startService } from '../start-service.mjs'
import { startNginx } from '../servers/nginx.mjs'
import { spread } from '../../harness/statistics.mjs'

const GUESTS = 1000
const LOADS = {
  '0ms-64': { delayMs: 0, connections: 64 },
  '20ms-500': { delayMs: 20, connections: 500 },
}
const RATES_PER_SECOND = [1000, 4000]
/** For the first run of each server: V8 needs about twenty thousand requests to compile the hot functions. */
const FIRST_WARM_UP_MS = 4000
const WARM_UP_MS = 700
const MEASURE_MS = 2000

/** Like the service, these servers open guest sessions and require a session's token for each message. */
export const SAME_WORK_PEERS = {
  usualPackages: 'usual-packages',
  fastifySameWork: 'fastify-same-work',
}
const NODE_PEERS = {
  ...SAME_WORK_PEERS,
  seed: 'tutorial',
  httpProxyMiddleware: 'http-proxy-middleware',
  fastifyProxy: 'fastify-proxy',
  raw: 'raw',
}

export function startPeer(name, upstreamPort, nodeOptions = []) {
  const file = new URL(`../servers/${NODE_PEERS[name]}.mjs`, import.meta.url).pathname
  const env = { UPSTREAM_URL: `http://127.0.0.1:${upstreamPort}`, ALLOWED_ORIGIN: ORIGIN }
  return startServer([process.execPath, ...nodeOptions, file], { env })
}

/**
 * Starts everything that part A needs.
 * @returns `run`, which measures one server once, and `stop`, which ends all processes
 */
async function startRest({ main, nginx, peers = Object.keys(NODE_PEERS), defaults = false, more = {} }) {
  const upstream = await startHelper('upstream.mjs')
  const load = await startHelper('load.mjs')
  const ports = await upstream.ask('listen', {})
  const service = { guestApi: 'external-guests', ports }
  const servers = { ours: await startService({ ...service, main }) }
  if (defaults) servers.defaults = await startService({ ...service, main, defaultLimits: true })
  for (const [name, otherMain] of Object.entries(more)) {
    servers[name] = await startService({ ...service, main: otherMain })
  }
  for (const name of peers) servers[name] = await startPeer(name, ports.port)
  if (nginx) servers.nginx = await startNginx(ports.port)

  const requests = {}
  for (const name of ['ours', ...peers.filter((peer) => peer in SAME_WORK_PEERS)]) {
    const { port } = servers[name]
    const tokens = await load.ask('openGuests', { port, count: GUESTS, origin: ORIGIN })
    await checkSameWork(name, port, tokens[0])
    requests[name] = tokens.map(messageRequest)
  }
  requests.seed = Array.from({ length: GUESTS }, (_, guest) => attributesRequest(guest))

  /** Opens new guests for each run, so that no guest reaches a limit per minute. */
  async function requestsAtAddresses(port) {
    const addresses = Array.from({ length: GUESTS }, nextAddress)
    const tokens = await load.ask('openGuests', { port, count: GUESTS, origin: ORIGIN, addresses })
    return tokens.map((token, guest) => {
      const request = messageRequest(token)
      return { ...request, headers: { ...request.headers, 'x-forwarded-for': addresses[guest] } }
    })
  }

  async function run(name, command, options) {
    const server = servers[name]
    await load.ask(
      'setRequests',
      name === 'defaults' ? await requestsAtAddresses(server.port) : (requests[name] ?? requests.ours),
    )
    let startedAtMs = 0
    let tookMs = 0
    load.onEvent = (event) => {
      if (event === 'measuring') startedAtMs = cpuMs(server.pid)
      else tookMs = cpuMs(server.pid) - startedAtMs
    }
    await upstream.ask('counts')
    const result = await load.ask(command, { port: server.port, ...options })
    const { sockets } = await upstream.ask('counts')
    return { ...result, cpuMicros: (tookMs * 1000) / result.count, upstreamSockets: sockets }
  }

  return {
    servers: Object.keys(servers),
    setDelay: (ms) => upstream.ask('setDelay', ms),
    run,
    async stop() {
      await Promise.all([...Object.values(servers), load, upstream].map((process) => process.stop()))
    },
  }
}

const nextAddress = (() => {
  let last = 0
  return () => {
    last += 1
    return `10.${last >> 16}.${(last >> 8) & 255}.${last & 255}`
  }
})()

/** The tutorial forwards attributes instead of a message; these are as long as the message. */
function attributesRequest(guest) {
  return {
    path: '/guest-attributes',
    headers: { origin: ORIGIN, accept: 'application/json' },
    body: {
      guestId: `guest-${guest}`,
      attributes: {
        'custom.userId': `user-${guest}`,
        'custom.membershipLevel': 'Gold',
        'custom.isAuthenticated': true,
        'custom.page': '/shoes/running/4711-0815?color=blue&size=43',
        'custom.cart': '2 items',
      },
    },
  }
}

/**
 * Measures all servers at full load, in interleaved rounds.
 * @returns for each load, each server's figures and our ratios to them
 */
export async function measureRest({ main, nginx, rounds, say, more }) {
  const rest = await startRest({ main, nginx, defaults: true, more })
  const results = {}
  try {
    for (const [load, { delayMs, connections }] of Object.entries(LOADS)) {
      await rest.setDelay(delayMs)
      const all = Object.fromEntries(rest.servers.map((name) => [name, []]))
      const firstWarmUpMs = load === '0ms-64' ? FIRST_WARM_UP_MS : WARM_UP_MS
      for (const name of rest.servers) {
        await rest.run(name, 'closedLoop', { connections, warmUpMs: 0, measureMs: firstWarmUpMs })
      }
      for (let round = 1; round <= rounds; round++) {
        say(`A ${load}: round ${round} of ${rounds}`)
        for (const name of rest.servers) {
          const options = { connections, warmUpMs: WARM_UP_MS, measureMs: MEASURE_MS }
          all[name].push(await rest.run(name, 'closedLoop', options))
        }
      }
      results[load] = compare(all)
    }
    return results
  } finally {
    await rest.stop()
  }
}

function compare(all) {
  const { ours, ...others } = all
  const ratiosOf = (key) =>
    Object.fromEntries(
      Object.entries(others).map(([name, rounds]) => [
        name,
        spread(rounds.map((theirs, round) => ours[round][key] / theirs[key])),
      ]),
    )
  return {
    servers: Object.fromEntries(Object.entries(all).map(([name, rounds]) => [name, summary(rounds)])),
    ratios: ratiosOf('perSecond'),
    p99Ratios: ratiosOf('p99Ms'),
  }
}

function summary(rounds) {
  const of = (key) => spread(rounds.map((round) => round[key]))
  return {
    perSecond: of('perSecond'),
    cpuMicros: of('cpuMicros'),
    p50Ms: of('p50Ms'),
    p99Ms: of('p99Ms'),
    errors: rounds.reduce((sum, { errors }) => sum + errors, 0),
    upstreamSockets: Math.max(...rounds.map(({ upstreamSockets }) => upstreamSockets)),
  }
}

/** Measures latency at fixed rates well below the service's capacity, and compares it with `node:http` alone. */
export async function measureLatency({ main, rounds, say }) {
  const rest = await startRest({ main, peers: ['raw'] })
  const results = {}
  try {
    for (const name of rest.servers) {
      await rest.run(name, 'closedLoop', { connections: 64, warmUpMs: 0, measureMs: FIRST_WARM_UP_MS })
    }
    for (const perSecond of RATES_PER_SECOND) {
      const all = { ours: [], raw: [] }
      for (let round = 1; round <= rounds; round++) {
        say(`A at ${perSecond}/s: round ${round} of ${rounds}`)
        for (const name of rest.servers) {
          const options = { perSecond, connections: 64, warmUpMs: 500, measureMs: 2500 }
          all[name].push(await rest.run(name, 'openLoop', options))
        }
      }
      results[perSecond] = {
        ...Object.fromEntries(
          Object.entries(all).map(([name, runs]) => [
            name,
            { p50Ms: spread(runs.map(({ p50Ms }) => p50Ms)), p99Ms: spread(runs.map(({ p99Ms }) => p99Ms)) },
          ]),
        ),
        p50AboveRawMs: spread(all.ours.map(({ p50Ms }, round) => p50Ms - all.raw[round].p50Ms)),
        p99OverRaw: spread(all.ours.map(({ p99Ms }, round) => p99Ms / all.raw[round].p99Ms)),
        errors: [...all.ours, ...all.raw].reduce((sum, { errors, late }) => sum + errors + late, 0),
      }
    }
    return results
  } finally {
    await rest.stop()
  }
}
