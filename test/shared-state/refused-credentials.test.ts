import { beforeEach, expect, test } from '@jest/globals'
import { createRefusedCredentials } from '../../src/service/shared-state/refused-credentials.ts'
import type { RedisConnection } from '../../src/service/shared-state/redis-connection.ts'
import { createSeals } from '../../src/service/shared-state/sealed-text.ts'

const seals = createSeals([new Uint8Array(32).fill(1)])
const entries = new Map<string, { text: string; forMs: number }>()
beforeEach(() => entries.clear())

/** The parts of a Redis connection that the store uses. */
const connection = {
  run: (use: (send: (...command: string[]) => Promise<unknown>) => Promise<unknown>) =>
    use((name = '', key = '', text = '', ...rest: string[]) => {
      if (name === 'SET') entries.set(key, { text, forMs: Number(rest[1]) })
      const entry = entries.get(key)
      return Promise.resolve(name === 'GET' ? entry?.text : entry?.forMs)
    }),
} as unknown as RedisConnection
const refused = createRefusedCredentials({ connection, seals, prefix: 'refused-oauth:' })
const key = `refused-oauth:${seals.hash('credentials')}`

test('a sealed entry tells other replicas which credentials Genesys has refused', async () => {
  await refused.remember('credentials', {
    message: 'refused',
    facts: { status: 401, hint: 'ours' },
    forMs: 5000,
  })
  expect([...entries.values()].map(({ text }) => text).join()).not.toContain('ours')
  expect(await refused.recall('credentials')).toEqual({
    message: 'refused',
    facts: { status: 401, hint: 'ours' },
    forMs: 5000,
  })
})

test.each(['{"message":"no","hint":"Call +1 555 0100"}', '{', '', 'a.b.c.d.e'])(
  'an entry for refused credentials that no replica has written, such as %j, is ignored',
  async (text) => {
    entries.set(key, { text, forMs: 5000 })
    expect(await refused.recall('credentials')).toBeUndefined()
  },
)

test('an entry for refused credentials without an expiry, which no replica writes, is ignored', async () => {
  await refused.remember('credentials', { message: 'refused', facts: {}, forMs: -1 })
  expect(await refused.recall('credentials')).toBeUndefined()
})

test('an entry for refused credentials is valid for at most a minute', async () => {
  await refused.remember('credentials', { message: 'refused', facts: {}, forMs: 10 ** 15 })
  expect((await refused.recall('credentials'))?.forMs).toBe(60_000)
})
