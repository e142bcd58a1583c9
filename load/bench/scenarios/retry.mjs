// Clients that retry immediately after any response. Compares the service with a server that does the same work and
// refuses no request.
import { setTimeout as pause } from 'node:timers/promises'
import { residentKiB, startHelper } from '../../harness/processes.mjs'
import { ORIGIN } from '../../harness/service-settings.mjs'
import { messageRequest } from '../../harness/message-request.mjs'
import { startService } from '../start-service.mjs'
import { startPeer } from './rest.mjs'

const COLLECT_ON_SIGNAL = ['--import', new URL('../preloaded/collect-garbage.mjs', import.meta.url).href]
const COLLECT_MS = 1000
const CONNECTIONS = [1500, 4000]
const GUESTS = 1000
const WARM_UP_MS = 4000
const CALM = { connections: 64, warmUpMs: 0 }
const CALM_MS = 3000
const CALM_AFTER_MS = 5000
/** How long to wait at the end for outstanding responses. */
const DRAIN_MS = 20_000

/** @param seconds the duration of each run; there is one for each server and number of connections */
export async function measureRetry({ main, seconds, say }) {
  const upstream = await startHelper('upstream.mjs')
  const load = await startHelper('load.mjs')
  const ports = await upstream.ask('listen', {})
  const servers = {
    ours: await startService({
      main,
      guestApi: 'external-guests',
      ports,
      nodeOptions: COLLECT_ON_SIGNAL,
    }),
    fastifySameWork: await startPeer('fastifySameWork', ports.port, COLLECT_ON_SIGNAL),
  }
  const requests = {}
  const results = {}
  try {
    for (const [name, { port }] of Object.entries(servers)) {
      const tokens = await load.ask('openGuests', { port, count: GUESTS, origin: ORIGIN })
      requests[name] = tokens.map(messageRequest)
      await load.ask('setRequests', requests[name])
      await load.ask('closedLoop', { port, ...CALM, measureMs: WARM_UP_MS })
    }
    for (const connections of CONNECTIONS) {
      const runs = {}
      for (const [name, server] of Object.entries(servers)) {
        say(`retry: ${connections} connections, ${name}, ${seconds} s`)
        await load.ask('setRequests', requests[name])
        runs[name] = await measureServer(load, server, connections, seconds)
      }
      results[connections] = { ...runs, ratio: runs.ours.perSecond / runs.fastifySameWork.perSecond }
    }
    return results
  } finally {
    await Promise.all([...Object.values(servers), load, upstream].map((process) => process.stop()))
  }
}

async function measureServer(load, { port, pid }, connections, seconds) {
  const calm = () => load.ask('closedLoop', { port, ...CALM, measureMs: CALM_MS })
  const residentMiB = () => residentKiB(pid) / 1024
  const usedMiB = async () => {
    process.kill(pid, 'SIGUSR2')
    await pause(COLLECT_MS)
    return residentMiB()
  }
  const before = await calm()
  const beforeMiB = await usedMiB()
  const run = await load.ask('goodput', {
    port,
    connections,
    warmUpMs: 0,
    measureMs: seconds * 1000,
    retryAtOnce: true,
    drainMs: DRAIN_MS,
  })
  const busyMiB = residentMiB()
  await pause(CALM_AFTER_MS)
  const after = await calm()
  return { ...run, before, after, beforeMiB, busyMiB, afterMiB: await usedMiB() }
}
