import { describe, expect, test } from '@jest/globals'
import {
  createIdempotency,
  tracingIdFor,
  type SharedAttempt,
  type SharedAttempts,
} from '../../src/service/sessions/idempotency.ts'

class OutcomeUnknown extends Error {}
const NOW_MS = 1_000_000

function setUp(options: { capacity?: number } = {}) {
  let nowMs = NOW_MS
  const tries: (number | 'unknown' | undefined)[] = []
  const idempotency = createIdempotency<string>({
    outcomeUnknown: (error) => error instanceof OutcomeUnknown,
    keepMs: 60_000,
    monotonicNow: () => nowMs,
    ...options,
  })
  const once = (
    answer: string | Error,
    { key = 'k', body = 'b', sid = 's', isRepeat = false, retry = 0, isFoundNotTaken = false } = {},
  ) =>
    idempotency.once({ sid, key, body, isRepeat: isRepeat || retry > 0, retry }, async (earlier) => {
      if (isFoundNotTaken) earlier?.markNotAccepted()
      tries.push(earlier && (earlier.atMs ?? 'unknown'))
      if (answer instanceof Error) throw answer
      return answer
    })
  return { once, tries, idempotency, later: (byMs: number) => (nowMs += byMs) }
}

describe('a request with a key', () => {
  test('gets the first response when it is repeated', async () => {
    const { once, tries } = setUp()
    expect(await once('first')).toBe('first')
    expect(await once('second')).toBe('first')
    expect(tries).toEqual([undefined])
  })

  test('is refused when its key is reused with a different body', async () => {
    const { once } = setUp()
    await once('first')
    await expect(once('second', { body: 'other' })).rejects.toMatchObject({ code: 'idempotency_key_reused' })
  })

  test('is refused while the first request with that key is in progress', async () => {
    const { once, idempotency } = setUp()
    let finish: (answer: string) => void = () => {}
    const first = idempotency.once(
      { sid: 's', key: 'k', body: 'b', isRepeat: false },
      () => new Promise((resolve) => (finish = resolve)),
    )
    await expect(once('second')).rejects.toMatchObject({ code: 'request_in_progress' })
    finish('first')
    expect(await first).toBe('first')
    expect(await once('third')).toBe('first')
  })

  test('is independent of another guest’s request with the same key', async () => {
    const { once } = setUp()
    await once('first')
    expect(await once('theirs', { sid: 'other' })).toBe('theirs')
  })

  test('is treated as a first attempt when it is repeated after a refusal', async () => {
    const { once, tries } = setUp()
    await expect(once(new Error('refused'))).rejects.toThrow('refused')
    expect(await once('second')).toBe('second')
    expect(tries).toEqual([undefined, undefined])
  })

  test('is treated as a first attempt if this replica refused every attempt that the page has counted', async () => {
    const { once, tries } = setUp()
    await expect(once(new Error('refused'))).rejects.toThrow('refused')
    await expect(once(new Error('refused'), { retry: 1 })).rejects.toThrow('refused')
    expect(await once('sent', { retry: 2 })).toBe('sent')
    expect(tries).toEqual([undefined, undefined, undefined])
  })

  test('is treated as a retry if an attempt that the page has counted did not reach this replica', async () => {
    const { once, tries } = setUp()
    await expect(once(new Error('refused'))).rejects.toThrow('refused')
    await expect(once(new Error('refused'), { retry: 2 })).rejects.toThrow('refused')
    await once('found', { retry: 3 })
    expect(tries).toEqual([undefined, 'unknown', 'unknown'])
  })

  test('is treated as a retry only if an earlier attempt may have been accepted', async () => {
    const { once, tries } = setUp()
    await expect(once(new OutcomeUnknown())).rejects.toThrow()
    await expect(once(new Error('refused'), { retry: 1, isFoundNotTaken: true })).rejects.toThrow('refused')
    await expect(once(new OutcomeUnknown(), { retry: 2 })).rejects.toThrow()
    await once('found', { retry: 3 })
    expect(tries).toEqual([undefined, NOW_MS, undefined, NOW_MS])
  })

  test('gets the time of its first attempt as long as that attempt’s outcome is unknown', async () => {
    const { once, tries, later } = setUp()
    await expect(once(new OutcomeUnknown())).rejects.toThrow()
    later(1_000)
    await expect(once(new Error('refused'))).rejects.toThrow('refused')
    later(1_000)
    await expect(once(new OutcomeUnknown())).rejects.toThrow()
    expect(await once('found')).toBe('found')
    expect(tries).toEqual([undefined, NOW_MS, NOW_MS, NOW_MS])
  })

  test('counts as first tried when its outcome became unknown, not when it was refused', async () => {
    const { once, tries, later } = setUp()
    await expect(once(new Error('refused'))).rejects.toThrow('refused')
    later(1_000)
    await expect(once(new OutcomeUnknown())).rejects.toThrow()
    later(1_000)
    await once('found')
    expect(tries).toEqual([undefined, undefined, NOW_MS + 1_000])
  })

  test('counts as first tried at an unknown time if the first request to this replica was a retry', async () => {
    const { once, tries, later } = setUp()
    await expect(once(new OutcomeUnknown(), { isRepeat: true })).rejects.toThrow()
    later(1_000)
    await once('found', { isRepeat: true })
    expect(tries).toEqual(['unknown', 'unknown'])
  })

  test('is forgotten when its retention time is over, or when there are too many other requests', async () => {
    const { once, later } = setUp({ capacity: 2 })
    await once('first')
    later(60_000)
    expect(await once('again')).toBe('again')
    await once('x', { key: 'x' })
    await once('y', { key: 'y' })
    expect(await once('once more')).toBe('once more')
  })
})

describe('the first response to a request', () => {
  const longBody = 'x'.repeat(16_000)

  test('is kept while thousands of long requests are refused', async () => {
    const { once } = setUp()
    await once('first', { sid: 'other' })
    for (let i = 0; i < 3000; i++)
      await expect(once(new Error('refused'), { key: `k${i}`, body: longBody })).rejects.toThrow()
    expect(await once('second', { sid: 'other' })).toBe('first')
  })

  test('is forgotten when thousands of long requests have succeeded, because their responses need memory', async () => {
    const { once } = setUp()
    await once('first', { sid: 'other' })
    for (let i = 0; i < 3000; i++) await once('sent', { key: `k${i}`, body: longBody })
    expect(await once('second', { sid: 'other' })).toBe('second')
  })
})

test('a tracing id is a UUID, and is always the same for the same guest and key', () => {
  expect(tracingIdFor('s', 'k')).toBe(tracingIdFor('s', 'k'))
  expect(tracingIdFor('s', 'k')).not.toBe(tracingIdFor('s2', 'k'))
  for (const id of [tracingIdFor('s', 'k'), tracingIdFor('s', undefined)]) {
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  }
})

describe('with shared state between replicas, a request with a key', () => {
  type Settled = [outcome: string, answer: string | undefined]

  /** @param known what the other replicas know about the request, which stays the same for each attempt */
  function sharing(known: Partial<SharedAttempt> | undefined) {
    const settled: Settled[] = []
    const firstAttempt = {
      state: 'started',
      earlier: undefined,
      settle: async (...outcome: Settled) => void settled.push(outcome),
    } as const
    const asked: boolean[] = []
    const shared: SharedAttempts = {
      claim: async (_id, _body, { isRepeat }) => {
        asked.push(isRepeat)
        return known && ({ ...firstAttempt, ...known } as SharedAttempt)
      },
    }
    const tries: (number | 'unknown' | undefined)[] = []
    const idempotency = createIdempotency<string>({
      outcomeUnknown: (error) => error instanceof OutcomeUnknown,
      shared,
      monotonicNow: () => NOW_MS,
    })
    const once = (answer: string | Error, isRepeat = false) =>
      idempotency.once({ sid: 's', key: 'k', body: 'b', isRepeat }, async (earlier) => {
        tries.push(earlier && (earlier.atMs ?? 'unknown'))
        if (answer instanceof Error) throw answer
        return answer
      })
    return { once, tries, settled, asked }
  }

  test('gets another replica’s response, and gets that response again when it is repeated', async () => {
    const { once, tries } = sharing({ state: 'answered', answer: '"theirs"' })
    expect(await once('mine')).toBe('theirs')
    expect(await once('mine')).toBe('theirs')
    expect(tries).toEqual([])
  })

  test.each([
    ['in-progress', 'request_in_progress'],
    ['reused', 'idempotency_key_reused'],
  ] as const)('is refused if its state at another replica is %s', async (state, code) => {
    const { once, tries } = sharing({ state })
    await expect(once('mine')).rejects.toMatchObject({ code })
    await expect(once('mine')).rejects.toMatchObject({ code })
    expect(tries).toEqual([])
  })

  test('is treated as a retry if the outcome of another replica’s attempt is unknown', async () => {
    const { once, tries, settled } = sharing({ state: 'started', earlier: { msAgo: 7 } })
    await expect(once(new Error('refused'))).rejects.toThrow('refused')
    expect(await once('found')).toBe('found')
    expect(tries).toEqual([NOW_MS - 7, NOW_MS - 7])
    expect(settled).toEqual([
      ['unknown', undefined],
      ['answered', '"found"'],
    ])
  })

  test('tells the store that it is a retry, and learns that the time of the first attempt is unknown', async () => {
    const { once, tries, asked } = sharing({ state: 'started', earlier: { msAgo: undefined } })
    await once('found', true)
    expect(asked).toEqual([true])
    expect(tries).toEqual(['unknown'])
  })

  test('reports its outcome to the other replicas', async () => {
    const { once, settled } = sharing({ state: 'started' })
    await expect(once(new Error('refused'))).rejects.toThrow('refused')
    await expect(once(new OutcomeUnknown())).rejects.toThrow()
    await once('answer')
    expect(settled).toEqual([
      ['refused', undefined],
      ['unknown', undefined],
      ['answered', '"answer"'],
    ])
  })

  test('is handled by its replica alone if the store is unavailable', async () => {
    const { once, tries } = sharing(undefined)
    expect(await once('first')).toBe('first')
    expect(await once('second')).toBe('first')
    expect(tries).toEqual([undefined])
  })
})
