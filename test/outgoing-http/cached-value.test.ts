import { beforeEach, expect, test } from '@jest/globals'
import { createCachedValue, type CachedValue } from '../../src/service/outgoing-http/cached-value.ts'

const isVerdict = (error: unknown): boolean => error instanceof Error && error.message === 'remembered'

let nowMs: number
let loads: { resolve: (value: string) => void; reject: (error: Error) => void }[]
let value: CachedValue<string>
beforeEach(() => {
  nowMs = 1_000_000
  loads = []
  value = createCachedValue({
    load: () => new Promise((resolve, reject) => loads.push({ resolve, reject })),
    loadTimeoutMs: 5000,
    timeoutMessage: 'It did not come in time.',
    ttlMs: () => 1000,
    staleWhileRevalidateMs: () => 500,
    staleIfErrorMs: 60_000,
    negativeTtlMs: (error) => (isVerdict(error) ? 2000 : 0),
    isDefinitive: isVerdict,
    monotonicNow: () => nowMs,
  })
})

const get = (waitMs = 5000): Promise<string> => value.get(nowMs + waitMs)

async function loaded(text: string): Promise<void> {
  const first = get()
  loads.at(-1)!.resolve(text)
  expect(await first).toBe(text)
}

test('concurrent callers share one load, and later callers within the time to live cause no other', async () => {
  const both = Promise.all([get(), get()])
  loads[0]!.resolve('one')
  expect(await both).toEqual(['one', 'one'])
  nowMs += 999
  expect(await get()).toBe('one')
  expect(loads).toHaveLength(1)
})

test('just after its time to live, a value is still returned immediately while the next one is loaded', async () => {
  await loaded('one')
  nowMs += 1200
  expect(await get()).toBe('one')
  loads[1]!.resolve('two')
  await Promise.resolve()
  expect(await get()).toBe('two')
})

test('long after the time to live, callers wait for the next value', async () => {
  await loaded('one')
  nowMs += 2000
  await loaded('two')
})

test('after a failed load, the old value is returned immediately until a load succeeds', async () => {
  await loaded('one')
  nowMs += 2000
  const despite = get()
  loads[1]!.reject(new Error('down'))
  expect(await despite).toBe('one')
  expect(value.error).toMatchObject({ message: 'down' })
  expect(await get()).toBe('one')
  expect(loads).toHaveLength(2)
  nowMs += 10_000
  expect(await get()).toBe('one')
  loads[2]!.resolve('two')
  await Promise.resolve()
  expect(await get()).toBe('two')
  expect(value.error).toBeUndefined()
})

test('a caller whose deadline comes before the next value gets the old value', async () => {
  await loaded('one')
  nowMs += 2000
  expect(await get(0)).toBe('one')
})

test('if there is no value yet, a deadline rejects only its own caller', async () => {
  const patient = get()
  await expect(get(0)).rejects.toMatchObject({
    code: 'upstream_timeout',
    message: 'It did not come in time.',
  })
  loads[0]!.resolve('one')
  expect(await patient).toBe('one')
  expect(loads).toHaveLength(1)
})

test('a definitive error replaces the old value, and is cached for its own time', async () => {
  await loaded('one')
  nowMs += 2000
  const refused = get()
  loads[1]!.reject(new Error('remembered'))
  await expect(refused).rejects.toThrow('remembered')
  nowMs += 1999
  await expect(get()).rejects.toThrow('remembered')
  expect(loads).toHaveLength(2)
  nowMs += 2
  await loaded('two')
})

test('an old value is not returned after its stale time', async () => {
  await loaded('one')
  nowMs += 61_001
  const failed = get()
  loads[1]!.reject(new Error('down'))
  await expect(failed).rejects.toThrow('down')
})

test('a dropped value is not used again', async () => {
  await loaded('one')
  value.drop()
  await loaded('two')
})
