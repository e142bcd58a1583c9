// A TCP load balancer: each new connection goes to the next replica whose /readyz returns 200. It checks /readyz once
// per second. Open connections stay with their replica. If a replica refuses a connection, the balancer resets the
// client's connection and does not try another replica.
import http from 'node:http'
import net from 'node:net'
import { serveCommands } from '../../harness/commands.mjs'

const PROBE_EVERY_MS = 1000
const PROBE_WITHIN_MS = 900
/**
 * A replica that does not respond this many times in a row counts as down. A replica that returns an error is down
 * immediately.
 */
const MOST_FAILURES = 2

let replicas = []
let turn = 0
const counts = { connections: 0, withoutReplica: 0, refused: 0 }

const server = net.createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
  counts.connections += 1
  const ready = replicas.filter(({ isReady }) => isReady)
  if (ready.length === 0) {
    counts.withoutReplica += 1
    client.resetAndDestroy()
    return
  }
  const { port } = ready[turn++ % ready.length]
  const replica = net.connect({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true })
  replica.on('error', ({ code }) => {
    if (code === 'ECONNREFUSED') counts.refused += 1
    client.resetAndDestroy()
  })
  client.on('error', () => replica.resetAndDestroy())
  client.on('close', () => replica.destroy())
  replica.on('close', () => client.destroySoon())
  client.pipe(replica)
  replica.pipe(client)
})

function probe(replica) {
  const request = http.get(
    { host: '127.0.0.1', port: replica.port, path: '/readyz', agent: false },
    (answer) => {
      answer.resume()
      replica.isReady = answer.statusCode === 200
      replica.failures = 0
    },
  )
  request.setTimeout(PROBE_WITHIN_MS, () => request.destroy(new Error('no answer')))
  request.on('error', () => {
    replica.failures += 1
    if (replica.failures >= MOST_FAILURES) replica.isReady = false
  })
}

serveCommands({
  async listen({ ports }) {
    replicas = ports.map((port) => ({ port, isReady: false, failures: 0 }))
    replicas.forEach(probe)
    setInterval(() => replicas.forEach(probe), PROBE_EVERY_MS)
    await new Promise((resolve) => server.listen(0, '127.0.0.1', 4096, resolve))
    return { port: server.address().port }
  },
  isReady: ({ port }) => replicas.find((replica) => replica.port === port).isReady,
  counts: () => ({ ...counts }),
})
