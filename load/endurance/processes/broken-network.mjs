// Fault proxies between the service and the platform that inject one network fault after another.
import { setTimeout as pause } from 'node:timers/promises'
import { serveCommands } from '../../harness/commands.mjs'
import { randomFrom } from '../../harness/random.mjs'
import { startFaultProxy } from '../../../dist/faults.js'

const MAX_CALM_MS = 8000
const MAX_BROKEN_MS = 3000
const FAULTS = [
  { kind: 'refuse' },
  { kind: 'reset' },
  { kind: 'reset', afterBytes: 300 },
  { kind: 'truncate', afterBytes: 300 },
  { kind: 'hang' },
  { kind: 'half-open' },
  { kind: 'drip', bytes: 20 },
  { kind: 'garbage' },
]

let proxies = []

serveCommands({
  /** @returns the ports of the proxies, to use instead of the upstream's */
  async listen({ port, socketPort }) {
    proxies = await Promise.all(
      [port, socketPort].map((to) => startFaultProxy({ target: `http://127.0.0.1:${to}` })),
    )
    return { port: proxies[0].port, socketPort: proxies[1].port }
  },
  /** @returns how many times each fault was injected */
  async breakFor({ seed, forMs }) {
    const random = randomFrom(seed)
    const counts = {}
    const until = performance.now() + forMs
    while (performance.now() < until) {
      await pause(MAX_CALM_MS * (0.2 + 0.8 * random()))
      const fault = FAULTS[Math.floor(random() * FAULTS.length)]
      counts[fault.kind] = (counts[fault.kind] ?? 0) + 1
      for (const proxy of proxies) await proxy.inject(fault)
      await pause(MAX_BROKEN_MS * (0.2 + 0.8 * random()))
      for (const proxy of proxies) await proxy.heal()
    }
    return counts
  },
})
