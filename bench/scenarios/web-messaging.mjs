// B: a guest's message over its own socket, to Genesys' echo, while every guest has a live stream.
import { cpuMs, startHelper, startServer } from '../processes/processes.mjs'
import { messageRequest, ORIGIN, startService } from '../processes/service.mjs'
import { spread } from '../statistics.mjs'

const GUESTS = 1000
const CONNECTIONS = 64
const RELAY_FILE = new URL('../servers/bare-relay.mjs', import.meta.url).pathname

export async function measureWebMessaging({ main, rounds, say }) {
  const upstream = await startHelper('upstream.mjs')
  const load = await startHelper('load.mjs')
  const ports = await upstream.ask('listen', {})
  const env = { UPSTREAM_SOCKET_URL: `ws://127.0.0.1:${ports.socketPort}` }
  const servers = {
    ours: await startService({ main, guestApi: 'web-messaging', ports }),
    relay: await startServer([process.execPath, RELAY_FILE], { env }),
  }
  const pages = { ours: await startHelper('load.mjs'), relay: await startHelper('load.mjs') }
  try {
    const tokens = await load.ask('openGuests', { port: servers.ours.port, count: GUESTS, origin: ORIGIN })
    for (const [name, { port }] of Object.entries(servers)) {
      await pages[name].ask('openPages', { port, tokens, origin: ORIGIN })
    }
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
      relay: summary(runs.relay),
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
