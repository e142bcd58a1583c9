import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import type {
  Guest,
  GuestEvent,
  GuestEventListener,
  Message,
} from '../../../src/service/genesys/guest-api.ts'
import { withWaiting } from '../../../src/service/features/availability/waiting-events.ts'
import type { WaitMinutes } from '../../../src/service/features/availability/wait-range.ts'

const NOW = '2026-11-25T12:00:00.000Z'
const GUEST: Guest = { ref: {}, origin: undefined }

let sentWaits: unknown[]
let wait: WaitMinutes | undefined
/** Whether the guest is in the queue; undefined if the service is not permitted to find out. */
let inQueue: boolean | undefined
let questions: number
/** An error that is not expected from a lookup. */
let bug: Error | undefined
let history: Partial<Message>[]
let estimates: number
let emit: GuestEventListener
let stop: () => void
beforeEach(() => {
  jest.useFakeTimers({ now: Date.parse(NOW) })
  sentWaits = []
  wait = { from: 2, to: 4 }
  history = []
  estimates = questions = 0
  inQueue = undefined
  bug = undefined
})
afterEach(() => {
  stop()
  jest.useRealTimers()
})

/** Subscribes to a guest's events and opens the connection. */
async function follow(): Promise<void> {
  const subscribe = withWaiting(
    (_guest, listener) => {
      emit = listener
      return () => undefined
    },
    {
      guestApi: {
        history: () =>
          Promise.resolve({ messages: history as Message[], pageSize: 25, pageNumber: 1, total: 0 } as never),
      },
      wait: {
        estimate() {
          estimates += 1
          return bug ? Promise.reject(bug) : Promise.resolve(wait)
        },
        isInQueue(_guest, known) {
          questions += 1
          known.isHidden = inQueue === undefined
          return Promise.resolve(inQueue)
        },
      },
      now: Date.now,
      monotonicNow: Date.now,
    },
  )
  stop = subscribe(GUEST, (event: GuestEvent) => {
    if (event.type === 'waiting') sentWaits.push(event.toMinutes === undefined ? 'nothing' : event.toMinutes)
  })
  emit({ type: 'session', state: 'connected' })
  await jest.advanceTimersByTimeAsync(0)
}

async function says(sender: Message['sender'], afterMs = 0): Promise<void> {
  const time = new Date().toISOString()
  emit({ type: 'message', message: { id: time, time, sender } as Message })
  await jest.advanceTimersByTimeAsync(afterMs)
}

const later = (seconds: number) => jest.advanceTimersByTimeAsync(seconds * 1000)

test('a guest who has not written sees no wait', async () => {
  await follow()
  await later(120)
  expect([sentWaits, estimates]).toEqual([[], 0])
})

test('a guest who has written sees the wait change, until an agent answers', async () => {
  await follow()
  await says('guest')
  expect(sentWaits).toEqual([4])
  await later(30)
  expect(sentWaits).toEqual([4])
  wait = { from: 1, to: 3 }
  await later(30)
  expect(sentWaits).toEqual([4, 3])
  await says('agent')
  expect(sentWaits).toEqual([4, 3, 'nothing'])
  await says('guest')
  await later(120)
  expect(sentWaits).toEqual([4, 3, 'nothing'])
})

test('a wait that is no longer known is withdrawn', async () => {
  await follow()
  await says('guest')
  wait = undefined
  await later(90)
  expect(sentWaits).toEqual([4, 'nothing'])
  wait = { from: 5, to: 9 }
  await later(30)
  expect(sentWaits).toEqual([4, 'nothing', 9])
})

test('the wait ends when an agent types', async () => {
  await follow()
  await says('guest')
  emit({ type: 'typing', sender: 'agent', durationMs: 5000 })
  expect(sentWaits).toEqual([4, 'nothing'])
})

test('several messages from a waiting guest cause only one request for the wait within 25 seconds', async () => {
  await follow()
  for (let second = 0; second < 25; second++) await says('guest', 1000)
  expect(estimates).toBe(1)
})

describe('a bot', () => {
  test('that answers the guest ends the wait', async () => {
    await follow()
    await says('guest')
    await says('bot', 60_000)
    expect(sentWaits).toEqual([4, 'nothing'])
    await says('guest', 2000)
    await says('bot', 60_000)
    expect([sentWaits, estimates]).toEqual([[4, 'nothing'], 1])
  })

  test('that no longer answers is assumed to have handed the guest over', async () => {
    await follow()
    await says('guest')
    await says('bot')
    await says('guest', 5000)
    expect(sentWaits).toEqual([4, 'nothing', 4])
  })
})

describe('when Genesys reports whether the guest is in the queue,', () => {
  test('the wait is shown once a bot has handed the guest over, even if the bot keeps writing', async () => {
    inQueue = false
    await follow()
    await says('bot')
    await says('guest')
    await says('bot', 5000)
    expect([sentWaits, questions]).toEqual([[], 1])
    inQueue = true
    await says('bot', 5000)
    expect(sentWaits).toEqual([4])
    await says('bot', 5000)
    wait = { from: 1, to: 3 }
    await later(30)
    expect(sentWaits).toEqual([4, 3])
    await says('agent', 60_000)
    expect(sentWaits).toEqual([4, 3, 'nothing'])
  })

  test('a guest who has left the queue sees no wait', async () => {
    inQueue = true
    await follow()
    await says('bot')
    await says('guest', 5000)
    expect(sentWaits).toEqual([4])
    inQueue = false
    await says('bot', 30_000)
    expect(sentWaits).toEqual([4, 'nothing'])
  })

  test('no wait is requested after a bot’s message to a guest outside the queue', async () => {
    inQueue = false
    await follow()
    await says('bot', 300_000)
    expect([sentWaits, questions, estimates]).toEqual([[], 1, 0])
  })

  test('a guest who writes while the bot is silent sees the wait after entering the queue', async () => {
    inQueue = false
    await follow()
    await says('bot')
    await says('guest', 6000)
    expect(sentWaits).toEqual([])
    inQueue = true
    await later(30)
    expect(sentWaits).toEqual([4])
  })
})

describe('a page that is loaded again', () => {
  const said = (sender: Message['sender'], hoursAgo: number) => ({
    sender,
    time: new Date(Date.parse(NOW) - hoursAgo * 3_600_000).toISOString(),
  })

  test('shows the current wait', async () => {
    history = [said('agent', 20), said('guest', 0.1)]
    await follow()
    expect(sentWaits).toEqual([4])
  })

  test('shows no wait if an agent has answered', async () => {
    history = [said('guest', 0.2), said('agent', 0.1)]
    await follow()
    await says('guest', 60_000)
    expect(sentWaits).toEqual([])
  })
})

test('a guest who writes after the agent has left waits again', async () => {
  await follow()
  await says('guest')
  await says('agent')
  emit({ type: 'session', state: 'disconnected' })
  await later(1)
  await says('guest')
  expect(sentWaits).toEqual([4, 'nothing', 4])
})

test('a page that unsubscribes causes no more requests for the wait', async () => {
  await follow()
  await says('guest')
  stop()
  await later(120)
  expect([sentWaits, estimates]).toEqual([[4], 1])
})

// Jest fails a test that causes an unhandled rejection.
test('after an unexpected error in a lookup, the next lookup can succeed', async () => {
  bug = new TypeError('unexpected')
  await follow()
  await says('guest')
  await later(30)
  expect([sentWaits, estimates]).toEqual([[], 2])
  bug = undefined
  await later(30)
  expect([sentWaits, estimates]).toEqual([[4], 3])
  bug = new TypeError('unexpected')
  await later(30)
  stop()
  await later(120)
  expect([sentWaits, estimates]).toEqual([[4], 4])
})
