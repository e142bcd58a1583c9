// A: a guest's message by REST. Every server forwards the same message to the same upstream.
import { cpuMs, startHelper, startServer } from '../processes/processes.mjs'
import { messageRequest, ORIGIN, startService } from '../processes/service.mjs'
import { startNginx } from '../servers/nginx.mjs'
import { spread } from '../statistics.mjs'

const GUESTS = 1000
const LOADS = {
  '0ms-64': { delayMs: 0, connections: 64 },
  '20ms-500': { delayMs: 20, connections: 500 },
}
const RATES_PER_SECOND = [1000, 2000, 4000]
/** Once for each server: V8 has compiled what is hot after some twenty thousand requests. */
const FIRST_WARM_UP_MS = 4000
const WARM_UP_MS = 700
const MEASURE_MS = 2000

const NODE_PEERS = {
  seed: 'tutorial',
  httpProxyMiddleware: 'http-proxy-middleware',
  fastifyProxy: 'fastify-proxy',
  raw: 'raw',
}

/** Everything that scenario A needs, started: `run` measures one server once, `stop` ends all. */
export async function startRest({
  main,
  nginx,
  peers = Object.keys(NODE_PEERS),
  guests = GUESTS,
  more = {},
}) {
  const upstream = await startHelper('upstream.mjs')
  const load = await startHelper('load.mjs')
  const ports = await upstream.ask('listen', {})
  const env = { UPSTREAM_URL: `http://127.0.0.1:${ports.port}` }
  const service = { guestApi: 'external-guests', ports }
  const servers = { ours: await startService({ ...service, main }) }
  for (const [name, otherMain] of Object.entries(more)) {
    servers[name] = await startService({ ...service, main: otherMain })
  }
  for (const name of peers) {
    const file = new URL(`../servers/${NODE_PEERS[name]}.mjs`, import.meta.url).pathname
    servers[name] = await startServer([process.execPath, file], { env })
  }
  if (nginx) servers.nginx = await startNginx(ports.port)

  const tokens = await load.ask('openGuests', { port: servers.ours.port, count: guests, origin: ORIGIN })
  const messages = tokens.map(messageRequest)
  const attributes = tokens.map((_, guest) => attributesRequest(guest))

  async function run(name, command, options) {
    const server = servers[name]
    await load.ask('setRequests', name === 'seed' ? attributes : messages)
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

/** The tutorial forwards attributes; these are as long as the message of the others. */
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
        'custom.page': '/shoes/running/4711-0815?colour=blue&size=43',
        'custom.cart': '2 items',
      },
    },
  }
}

/** Interleaved rounds at full load. @returns for each load and server the rounds, ours over each peer, ... */
export async function measureRest({ main, nginx, rounds, say, more }) {
  const rest = await startRest({ main, nginx, more })
  const results = {}
  try {
    for (const [load, { delayMs, connections }] of Object.entries(LOADS)) {
      await rest.setDelay(delayMs)
      const all = Object.fromEntries(rest.servers.map((name) => [name, []]))
      for (const name of rest.servers) {
        await rest.run(name, 'closedLoop', { connections, warmUpMs: 0, measureMs: FIRST_WARM_UP_MS })
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
  return {
    servers: Object.fromEntries(Object.entries(all).map(([name, rounds]) => [name, summary(rounds)])),
    ratios: Object.fromEntries(
      Object.entries(others).map(([name, rounds]) => [
        name,
        spread(rounds.map(({ perSecond }, round) => ours[round].perSecond / perSecond)),
      ]),
    ),
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

/** Latency at fixed rates well below what the server can do, beside the raw pass-through's. */
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
          const options = { perSecond, connections: 64, warmUpMs: 500, measureMs: 4000 }
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
