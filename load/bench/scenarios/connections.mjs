// Part A with more connections: measures whether the service is still fast enough with thousands of them.
import { probeHealth } from './health-probes.mjs'
import { startHelper } from '../../harness/processes.mjs'
import { ORIGIN } from '../../harness/service-settings.mjs'
import { messageRequest } from '../../harness/message-request.mjs'
import { startService } from '../start-service.mjs'
import { spread } from '../../harness/statistics.mjs'

const CONNECTIONS = [64, 500, 1500, 4000]
const GUESTS = 1000

/**
 * Each connection sends its next request as soon as it has received a response. After a refusal, the client first waits
 * for the time in `Retry-After`, if the response has that header, and reconnects if the connection was closed.
 */
export async function measureConnections({ main, rounds, say }) {
  const upstream = await startHelper('upstream.mjs')
  const load = await startHelper('load.mjs')
  const ports = await upstream.ask('listen', {})
  const service = await startService({ main, guestApi: 'external-guests', ports })
  const { port } = service
  const runs = Object.fromEntries(CONNECTIONS.map((connections) => [connections, []]))
  try {
    const tokens = await load.ask('openGuests', { port, count: GUESTS, origin: ORIGIN })
    await load.ask('setRequests', tokens.map(messageRequest))
    await load.ask('closedLoop', { port, connections: 64, warmUpMs: 0, measureMs: 4000 })
    for (let round = 1; round <= rounds; round++) {
      say(`A, connections: round ${round} of ${rounds}`)
      for (const connections of CONNECTIONS) {
        let probes
        load.onEvent = (event) => {
          if (event === 'measuring') probes = probeHealth(port)
        }
        const options = { port, connections, warmUpMs: 2000, measureMs: 4000 }
        const run = await load.ask('goodput', options)
        runs[connections].push({ ...run, health: await probes.stop() })
      }
    }
  } finally {
    await Promise.all([service, load, upstream].map((process) => process.stop()))
  }
  return Object.fromEntries(
    CONNECTIONS.map((connections) => [
      connections,
      {
        perSecond: spread(runs[connections].map(({ perSecond }) => perSecond)),
        over64: spread(
          runs[connections].map(({ perSecond }, round) => perSecond / runs[64][round].perSecond),
        ),
        p99Ms: spread(runs[connections].map(({ p99Ms }) => p99Ms)),
        healthMs: spread(runs[connections].map(({ health }) => health.p99Ms)),
        healthFailed: runs[connections].reduce((sum, { health }) => sum + health.failed, 0),
        refused: runs[connections].reduce((sum, { refused }) => sum + refused, 0),
        errors: runs[connections].reduce((sum, { errors }) => sum + errors, 0),
      },
    ]),
  )
}
