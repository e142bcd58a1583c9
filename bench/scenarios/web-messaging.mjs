// B: a guest's message over its own socket, to Genesys' echo, while every guest has a live stream.
import { cpuMs, startHelper } from '../processes/processes.mjs'
import { messageRequest, ORIGIN, startService } from '../processes/service.mjs'
import { spread } from '../statistics.mjs'

const GUESTS = 1000
const CONNECTIONS = 64

export async function measureWebMessaging({ main, rounds, say }) {
  const upstream = await startHelper('upstream.mjs')
  const load = await startHelper('load.mjs')
  const pages = await startHelper('load.mjs')
  const ports = await upstream.ask('listen', {})
  const service = await startService({ main, guestApi: 'web-messaging', ports })
  try {
    const tokens = await load.ask('openGuests', { port: service.port, count: GUESTS, origin: ORIGIN })
    await pages.ask('openPages', { port: service.port, tokens, origin: ORIGIN })
    await load.ask('setRequests', tokens.map(messageRequest))
    const runs = []
    for (let round = 0; round <= rounds; round++) {
      say(`B: round ${round} of ${rounds}`)
      let cpu = 0
      load.onEvent = () => (cpu = cpuMs(service.pid) - cpu)
      const run = await load.ask('closedLoop', {
        port: service.port,
        connections: CONNECTIONS,
        warmUpMs: 500,
        measureMs: 2000,
      })
      if (round > 0) runs.push({ ...run, cpuMicros: (cpu * 1000) / run.count })
    }
    const of = (key) => spread(runs.map((run) => run[key]))
    return {
      perSecond: of('perSecond'),
      cpuMicros: of('cpuMicros'),
      p50Ms: of('p50Ms'),
      p99Ms: of('p99Ms'),
      errors: runs.reduce((sum, { errors }) => sum + errors, 0),
    }
  } finally {
    await Promise.all([service, load, pages, upstream].map((process) => process.stop()))
  }
}
