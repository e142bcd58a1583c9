import { afterEach, beforeEach, expect, jest, test } from '@jest/globals'
import { watchOpening } from '../../src/browser/element/availability/opening-watch.ts'
import { ChatProblem, type Availability } from '../../src/browser/client/chat-client.ts'

const NOON = '2026-11-25T12:00:00.000Z'
const OPEN: Availability = { state: 'open', asOf: NOON, stale: false }

let page: EventTarget & { visibilityState: string }
let stop: AbortController
let found: string[]
beforeEach(() => {
  jest.useFakeTimers({ now: Date.parse(NOON) })
  page = Object.assign(new EventTarget(), { visibilityState: 'visible' })
  Object.assign(globalThis, { document: page })
  stop = new AbortController()
  found = []
})
afterEach(() => {
  stop.abort()
  jest.useRealTimers()
  Reflect.deleteProperty(globalThis, 'document')
})

function watch(answer: () => Promise<Availability>) {
  const availability = jest.fn(answer)
  const onNotEnabled = jest.fn()
  const onFound = ({ state }: Availability) => void found.push(state)
  void watchOpening({ availability }, { onFound, onNotEnabled, signal: stop.signal })
  return { availability, onNotEnabled }
}

test('a page checks availability once a minute, and stops checking while hidden', async () => {
  const { availability } = watch(() => Promise.resolve(OPEN))
  await jest.advanceTimersByTimeAsync(119_000)
  expect(availability).toHaveBeenCalledTimes(2)
  page.visibilityState = 'hidden'
  await jest.advanceTimersByTimeAsync(600_000)
  expect(availability).toHaveBeenCalledTimes(3)
  page.visibilityState = 'visible'
  page.dispatchEvent(new Event('visibilitychange'))
  await jest.advanceTimersByTimeAsync(0)
  expect(availability).toHaveBeenCalledTimes(4)
})

test('the page checks availability again when a change is due according to the service’s clock', async () => {
  // The device's clock is an hour ahead.
  const asOf = '2026-11-25T11:00:00.000Z'
  const until = '2026-11-25T11:00:20.000Z'
  const { availability } = watch(() => Promise.resolve({ ...OPEN, asOf, until }))
  await jest.advanceTimersByTimeAsync(19_000)
  expect(availability).toHaveBeenCalledTimes(1)
  await jest.advanceTimersByTimeAsync(6000)
  expect(availability).toHaveBeenCalledTimes(2)
})

test('a failed check changes nothing, and the page checks availability again a minute later', async () => {
  let isDown = true
  watch(() => (isDown ? Promise.reject(new ChatProblem('no_answer')) : Promise.resolve(OPEN)))
  await jest.advanceTimersByTimeAsync(59_000)
  expect(found).toEqual([])
  isDown = false
  await jest.advanceTimersByTimeAsync(1000)
  expect(found).toEqual(['open'])
})

test('a service without opening hours gets only one request', async () => {
  const { availability, onNotEnabled } = watch(() => Promise.reject(new ChatProblem('not_enabled')))
  await jest.advanceTimersByTimeAsync(600_000)
  page.dispatchEvent(new Event('visibilitychange'))
  await jest.advanceTimersByTimeAsync(0)
  expect([availability.mock.calls.length, onNotEnabled.mock.calls.length]).toEqual([1, 1])
})

test('a removed element sends no more requests', async () => {
  const { availability } = watch(() => Promise.resolve(OPEN))
  await jest.advanceTimersByTimeAsync(0)
  stop.abort()
  await jest.advanceTimersByTimeAsync(600_000)
  expect(availability).toHaveBeenCalledTimes(1)
})
