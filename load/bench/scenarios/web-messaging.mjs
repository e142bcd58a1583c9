// Part B: measures a guest's message over the guest's socket until Genesys' echo, while every guest has a live stream.
import { setTimeout as pause } from 'node:timers/promises'
import { cpuMs, residentKiB, startHelper, startServer } from '../../harness/processes.mjs'
import { ORIGIN } from '../../harness/service-settings.mjs'
import { messageRequest } from '../../harness/message-request.mjs'
import { startService } from '../start-service.mjs'
import { spread } from '../../harness/statistics.mjs'

const GUESTS = 1000
const CONNECTIONS = 64
/** Long enough for V8 to collect the garbage from opening the sessions. */
const SETTLE_MS = 6000
const RELAY_FILE = new URL('../servers/bare-relay.mjs', import.meta.url).pathname

export function startRelay({ socketPort }, tls) {
  const env = {
    UPSTREAM_SOCKET_URL: `${tls ? 'wss' : 'ws'}://localhost:${socketPort}`,
    ...(tls && { NODE_EXTRA_CA_CERTS: tls.cert }),
  }
  return startServer([process.execPath, RELAY_FILE], { env })
}

export async function measureWebMessaging({ main, rounds, say }) {
  const upstream = await startHelper('upstream.mjs')
  const load = await startHelper('load.mjs')
  const ports = await upstream.ask('listen', {})
  const servers = {
    ours: await startService({ main, guestApi: 'web-messaging', ports }),
    relay: await startRelay(ports),
  }
  const pages = { ours: await startHelper('load.mjs'), relay: await startHelper('load.mjs') }
  try {
    const tokens = await load.ask('openGuests', { port: servers.ours.port, count: GUESTS, origin: ORIGIN })
    const residents = () => Object.entries(servers).map(([name, { pid }]) => [name, residentKiB(pid)])
    const startKiB = Object.fromEntries(residents())
    const streams = {}
    for (const [name, { port }] of Object.entries(servers)) {
      const atOnce = GUESTS
      streams[name] = await pages[name].ask('openPages', { port, tokens, origin: ORIGIN, atOnce })
    }
    await pause(SETTLE_MS)
    const kibPerGuest = Object.fromEntries(
      residents().map(([name, kib]) => [name, (kib - startKiB[name]) / GUESTS]),
    )
    await load.ask('setRequests', tokens.map(messageRequest))
    const runs = { ours: [], relay: [] }
    for (let round = 0; round <= rounds; round++) {
      say(`B: round ${round} of ${rounds}`)
      for (const [name, server] of Object.entries(servers)) {
        const run = await measureServer(load, server)
        if (round > 0) runs[name].push(run)
      }
    }
    return {
      ...summary(runs.ours),
      kibPerGuest: kibPerGuest.ours,
      streams: streams.ours,
      relay: { ...summary(runs.relay), kibPerGuest: kibPerGuest.relay, streams: streams.relay },
      overRelay: spread(runs.ours.map(({ perSecond }, round) => perSecond / runs.relay[round].perSecond)),
    }
  } finally {
    const all = [...Object.values(servers), ...Object.values(pages), load, upstream]
    await Promise.all(all.map((process) => process.stop()))
  }
}

async function measureServer(load, { port, pid }) {
  let cpu = 0
  load.onEvent = () => (cpu = cpuMs(pid) - cpu)
  const run = await load.ask('closedLoop', {
    port,
    connections: CONNECTIONS,
    warmUpMs: 500,
    measureMs: 2000,
  })
  return { ...run, cpuMicros: (cpu * 1000) / run.count }
}

function summary(runs) {
  const of = (key) => spread(runs.map((run) => run[key]))
  return {
    perSecond: of('perSecond'),
    cpuMicros: of('cpuMicros'),
    p50Ms: of('p50Ms'),
    p99Ms: of('p99Ms'),
    errors: runs.reduce((sum, { errors }) => sum + errors, 0),
  }
}
