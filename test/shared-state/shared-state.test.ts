import { once } from 'node:events'
import net from 'node:net'
import { expect, test } from '@jest/globals'
import { createLog } from '../../src/service/observability/log.ts'
import { createMetrics } from '../../src/service/observability/metrics.ts'
import { createSharedState } from '../../src/service/shared-state/shared-state.ts'

test('the log names the code with which Redis refuses commands, without the rest of the response', async () => {
  const lines: string[] = []
  const redis = net.createServer((socket) => {
    socket.on('data', () =>
      socket.write('-WRONGPASS invalid username-password pair or user is disabled.\r\n'),
    )
    socket.on('error', () => undefined)
  })
  await once(redis.listen(0, '127.0.0.1'), 'listening')
  const { port } = redis.address() as net.AddressInfo
  const shared = createSharedState({
    url: `redis://:a-wrong-password@127.0.0.1:${port}`,
    keyPrefix: 'p:',
    timeoutMs: 100,
    keys: [new Uint8Array(32)],
    tokenMaxAgeMs: 1000,
    log: createLog({ level: 'warn', destination: { write: (line) => void lines.push(line) } }),
    metrics: createMetrics(),
    now: Date.now,
  })
  await shared.started
  shared.close()
  redis.close()
  expect(lines).toHaveLength(1)
  expect(lines[0]).toContain('Redis refuses commands with WRONGPASS. ')
  expect(lines[0]).not.toMatch(/invalid username|a-wrong-password/)
})
