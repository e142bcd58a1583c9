// Requests `/healthz` as a load balancer does, each time on a new connection.
import http from 'node:http'
import { Latencies } from '../../harness/latencies.mjs'

const EVERY_MS = 100

/** @returns `stop`, which resolves to the latency and the number of failures */
export function probeHealth(port) {
  const latencies = new Latencies()
  let failed = 0
  let inFlight = 0
  let allAnswered
  const answered = () => {
    inFlight -= 1
    if (inFlight === 0) allAnswered?.()
  }
  const ask = () => {
    const startedAt = performance.now()
    inFlight += 1
    http
      .get({ host: '127.0.0.1', port, path: '/healthz', agent: false }, (answer) => {
        answer.resume().on('end', () => {
          if (answer.statusCode === 200) latencies.add(performance.now() - startedAt)
          else failed += 1
          answered()
        })
      })
      .on('error', () => {
        failed += 1
        answered()
      })
  }
  const timer = setInterval(ask, EVERY_MS)
  return {
    async stop() {
      clearInterval(timer)
      if (inFlight > 0) await new Promise((resolve) => (allAnswered = resolve))
      return { p99Ms: latencies.percentileMs(0.99), count: latencies.count, failed }
    },
  }
}
