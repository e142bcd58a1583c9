// Sends the service half of the load that it can handle for 15 minutes, while one network fault after another occurs
// between the service and the platform. Memory must not grow, no error may be uncaught, and at the end no socket or
// timer may be open.
import { fileURLToPath } from 'node:url'
import { startHelper } from '../harness/processes.mjs'
import { startServiceProcess } from '../harness/service-process.mjs'
import { ORIGIN, upstreamSettings } from '../harness/service-settings.mjs'
import { messageRequest } from '../harness/message-request.mjs'
import { median } from '../harness/statistics.mjs'

const GUESTS = 500
/** The number of guests whose page has a live stream. */
const PAGES = 100
const CAPACITY_CONNECTIONS = 64
const SHARE_OF_CAPACITY = 0.5
const CONNECTIONS = 256
const CALM_FROM_MINUTE = 3
const MAX_MEMORY_RATIO = 1.1
const SAMPLE_EVERY_MS = 1000

/**
 * @param minutes the duration of the load; memory is compared from minute three, or from a fifth of the run if that is
 * earlier
 */
export async function endureSoak({ verdict, seed, minutes }) {
  const { say, expect, expectFigure } = verdict
  const upstream = await startHelper('upstream.mjs', { core: '0,1' })
  const network = await startHelper(new URL('processes/broken-network.mjs', import.meta.url).href, {
    core: '0,1',
  })
  const load = await startHelper('load.mjs', { core: '0,1' })
  const overload = await startHelper(new URL('processes/overload-load.mjs', import.meta.url).href, {
    core: '0,1',
  })
  const ports = await network.ask('listen', await upstream.ask('listen', {}))
  const service = await startServiceProcess({
    settings: {
      ...upstreamSettings({ guestApi: 'web-messaging', ports }),
      UPSTREAM_TIMEOUT_MS: '3000',
    },
    program: fileURLToPath(new URL('processes/embedding-application.mjs', import.meta.url)),
  })
  const { port } = service
  try {
    const tokens = await load.ask('openGuests', { port, count: GUESTS, origin: ORIGIN })
    await load.ask('openPages', { port, tokens: tokens.slice(0, PAGES), origin: ORIGIN })
    const requests = tokens.map(messageRequest)
    for (const each of [load, overload]) await each.ask('setRequests', requests)
    const capacity = await load.ask('closedLoop', {
      port,
      connections: CAPACITY_CONNECTIONS,
      warmUpMs: 3000,
      measureMs: 5000,
    })
    const perSecond = capacity.perSecond * SHARE_OF_CAPACITY
    say(
      `capacity ${capacity.perSecond.toFixed(0)} messages per second; the load is half of it for ${minutes} minutes`,
    )
    const forMs = minutes * 60_000
    const memory = watchMemory()
    const breaking = network.ask('breakFor', { seed, forMs: forMs - 5000 })
    const seen = await overload.ask('overload', { port, perSecond, connections: CONNECTIONS, forMs })
    const faultCounts = await breaking
    const { calmMiB, lastMiB } = memory.stop()
    const answers = `${seen.goodPerSecond.toFixed(0)} good, ${seen.refusedPerSecond.toFixed(1)} refused, ${seen.other} other responses, ${seen.failed} requests without a response`
    say(`faults ${JSON.stringify(faultCounts)}; of ${seen.sentPerSecond.toFixed(0)} per second: ${answers}`)
    expect(
      Object.keys(faultCounts).length > 0 && seen.goodPerSecond > 0,
      'requests were served during the faults',
    )
    expect(seen.failed === 0, `every request got a response (${seen.failed} got none)`)
    expect(service.exitCode === null, 'the process is still running')
    expectFigure(
      lastMiB <= calmMiB * MAX_MEMORY_RATIO,
      `resident memory is ${lastMiB.toFixed(0)} MiB at the end, at most ${MAX_MEMORY_RATIO} × ${calmMiB.toFixed(0)} MiB`,
    )
    await load.ask('closePages')
    const open = await service.settled()
    expect(
      Object.values(open).every((count) => count === 0),
      `nothing is open after all guests have left: ${JSON.stringify(open)}`,
    )
    const exitCode = await service.end()
    const left = /^still open: .*$/m.exec(service.readLog())?.[0] ?? ''
    expect(
      exitCode === 0 && left === '',
      `it drains and exits by itself (${exitCode}) with no open socket or timer ${left}`,
    )
    judgeLog(service.readLog())
  } finally {
    await Promise.all([load, overload, network, upstream].map((helper) => helper.stop()))
    await service.end('SIGKILL')
  }

  /** Compares medians, each over a tenth of the run, so that a single garbage collection does not affect the result. */
  function watchMemory() {
    const samples = []
    const timer = setInterval(() => samples.push(service.residentMiB()), SAMPLE_EVERY_MS)
    return {
      stop() {
        clearInterval(timer)
        const part = Math.max(1, Math.floor(samples.length / 10))
        const calmAt = Math.min(
          Math.floor(samples.length / 5),
          Math.floor((CALM_FROM_MINUTE * 60_000) / SAMPLE_EVERY_MS),
        )
        return {
          calmMiB: median(samples.slice(calmAt, calmAt + part)),
          lastMiB: median(samples.slice(-part)),
        }
      },
    }
  }

  function judgeLog(log) {
    const lines = log.split('\n').filter((line) => line !== '')
    const uncaught = lines.filter((line) => /uncaught|unhandled|unexpected error|internal_error/i.test(line))
    expect(uncaught.length === 0, `no error was uncaught or internal: ${uncaught.slice(0, 3)}`)
  }
}
