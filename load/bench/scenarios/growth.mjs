// Part D: measures the cost of growth, with a second process and with more guests.
import { fileURLToPath } from 'node:url'
import { cpuMs, startHelper, startServer } from '../../harness/processes.mjs'
import { ORIGIN, upstreamSettings } from '../../harness/service-settings.mjs'
import { messageRequest } from '../../harness/message-request.mjs'
import { startService } from '../start-service.mjs'
import { spread } from '../../harness/statistics.mjs'

const REPLICAS_FILE = fileURLToPath(new URL('../servers/replicas.mjs', import.meta.url))
const CONNECTIONS = 64

/** Compares one process with two, on both cores, which they share with the generator and the upstream. */
export async function measureReplicas({ main, rounds, say }) {
  const upstream = await startHelper('upstream.mjs', { core: '0,1' })
  const load = await startHelper('load.mjs', { core: '0,1' })
  const ports = await upstream.ask('listen', {})
  const settings = { SERVICE: main, ...upstreamSettings({ guestApi: 'external-guests', ports }) }
  const start = (replicas) =>
    startServer([process.execPath, REPLICAS_FILE], {
      env: { ...settings, REPLICAS: String(replicas) },
      core: '0,1',
    })
  const servers = { one: await start(1), two: await start(2) }
  const runs = { one: [], two: [] }
  try {
    const options = { port: servers.one.port, count: 1000, origin: ORIGIN }
    const tokens = await load.ask('openGuests', options)
    await load.ask('setRequests', tokens.map(messageRequest))
    for (let round = 0; round <= rounds; round++) {
      say(`D, replicas: round ${round} of ${rounds}`)
      for (const [name, server] of Object.entries(servers)) {
        const run = await loadOf(load, server)
        if (round > 0) runs[name].push(run)
      }
    }
    return {
      one: spread(runs.one.map(({ perSecond }) => perSecond)),
      two: spread(runs.two.map(({ perSecond }) => perSecond)),
      requestRatio: spread(runs.two.map(({ perSecond }, round) => perSecond / runs.one[round].perSecond)),
      cpuRatio: spread(runs.two.map(({ cpuMicros }, round) => cpuMicros / runs.one[round].cpuMicros)),
      errors: [...runs.one, ...runs.two].reduce((sum, { errors }) => sum + errors, 0),
    }
  } finally {
    await Promise.all([...Object.values(servers), load, upstream].map((process) => process.stop()))
  }
}

/** Compares the cost of a request with few and with many guests. */
export async function measureGuestCounts({ main, rounds, say, few = 100, many = 10_000 }) {
  const upstream = await startHelper('upstream.mjs')
  const load = await startHelper('load.mjs')
  const ports = await upstream.ask('listen', {})
  const service = await startService({ main, guestApi: 'external-guests', ports })
  const runs = { few: [], many: [] }
  try {
    const tokens = await load.ask('openGuests', { port: service.port, count: many, origin: ORIGIN })
    const requests = tokens.map(messageRequest)
    for (let round = 0; round <= rounds; round++) {
      say(`D, guests: round ${round} of ${rounds}`)
      for (const [name, count] of Object.entries({ few, many })) {
        await load.ask('setRequests', requests.slice(0, count))
        const run = await loadOf(load, service)
        if (round > 0) runs[name].push(run)
      }
    }
    return {
      few: spread(runs.few.map(({ cpuMicros }) => cpuMicros)),
      many: spread(runs.many.map(({ cpuMicros }) => cpuMicros)),
      costRatio: spread(runs.many.map(({ cpuMicros }, round) => cpuMicros / runs.few[round].cpuMicros)),
    }
  } finally {
    await Promise.all([service, load, upstream].map((process) => process.stop()))
  }
}

async function loadOf(load, server) {
  let cpu = 0
  load.onEvent = () => (cpu = cpuMs(server.pid) - cpu)
  const run = await load.ask('closedLoop', {
    port: server.port,
    connections: CONNECTIONS,
    warmUpMs: 500,
    measureMs: 2000,
  })
  return { ...run, cpuMicros: (cpu * 1000) / run.count }
}
