import { AsyncLocalStorage } from 'node:async_hooks'
import { EventEmitter } from 'node:events'
import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import type { Request, Response } from 'express'
import { expect, test } from '@jest/globals'
import { createLoadLimit, type LoadLimit } from '../../src/middleware/load-limit.ts'

function start(max: number) {
  const samples = new EventEmitter()
  let nowMs = 0
  const eventLoop = {
    onSample: (listener: (delayMs: number) => void) => {
      samples.on('sample', listener)
      return () => void samples.off('sample', listener)
    },
    close: () => undefined,
  }
  const load = createLoadLimit(max, eventLoop, () => nowMs)
  const sample = (delayMs: number, afterMs = 50) => {
    nowMs += afterMs
    samples.emit('sample', delayMs)
  }
  return { load, sample }
}

/** With turns that have been late for a second. */
function startLate(delayMs = 50) {
  const started = start(1000)
  for (let i = 0; i < 20; i++) started.sample(delayMs)
  return started
}

function request(method = 'POST', url = '/messages') {
  const req = Object.assign(new IncomingMessage(new Socket()), { method, url }) as Request
  return { req, res: new ServerResponse(req) as Response }
}

/** Asks for one request; the outcome changes when one that waits is served or refused. */
function ask(load: LoadLimit, { req, res } = request()) {
  const asked = { req, res, outcome: 'waits' as 'waits' | 'served' | 'refused' }
  const become = (outcome: 'served' | 'refused') => () => {
    expect(asked.outcome).toBe('waits')
    asked.outcome = outcome
  }
  load.admit(req, res, { serve: become('served'), refuse: become('refused') })
  return asked
}

type Asked = ReturnType<typeof ask>
const askMany = (load: LoadLimit, count: number) => Array.from({ length: count }, () => ask(load))
const outcomes = (all: readonly Asked[]) => {
  const count = (outcome: Asked['outcome']) => all.filter((each) => each.outcome === outcome).length
  return [count('served'), count('waits'), count('refused')]
}
const takePlaces = (load: LoadLimit, requests: readonly Asked[]) =>
  requests.forEach(({ req, res }) => load.takePlace(req, res, (error) => expect(error).toBeUndefined()))
const isServed = ({ outcome }: Asked) => outcome === 'served'

test('what comes in one turn of the event loop is counted before it has a place', () => {
  const { load, sample } = start(10_000)
  const first = askMany(load, 5000)
  expect(outcomes(first)).toEqual([256, 512, 5000 - 256 - 512])
  sample(5)
  expect(outcomes(first)).toEqual([512, 256, 5000 - 256 - 512])
})

test('while turns are late, as many as are served within them are admitted, and the others when these are answered', () => {
  const { load } = startLate()
  const some = askMany(load, 200)
  expect(outcomes(some)).toEqual([128, 72, 0])
  takePlaces(load, some.filter(isServed))
  expect(load.inFlight).toBe(128)
  const [next] = some.filter(({ outcome }) => outcome === 'waits')
  some[0]!.res.emit('close')
  expect(outcomes(some)).toEqual([129, 71, 0])
  expect(next!.outcome).toBe('served')
  expect(ask(load).outcome).toBe('waits')
})

test('one that leaves without a place, as a wrong token does, makes room at once', () => {
  const { load } = startLate()
  const some = askMany(load, 130)
  some[0]!.res.emit('close')
  expect(outcomes(some)).toEqual([129, 1, 0])
})

test('the later the turns, the fewer wait', () => {
  const { load } = startLate(500)
  expect(outcomes(askMany(load, 500))).toEqual([128, 52, 320])
})

test('who has waited for a second is refused', () => {
  const { load, sample } = startLate()
  takePlaces(load, askMany(load, 128))
  const late = ask(load)
  for (let i = 0; i < 20; i++) sample(50)
  const later = ask(load)
  expect(late.outcome).toBe('waits')
  sample(50)
  expect([late.outcome, later.outcome]).toEqual(['refused', 'waits'])
})

test('who has gone while waiting is passed over', () => {
  const { load } = startLate()
  const some = askMany(load, 130)
  takePlaces(load, some.filter(isServed))
  some[128]!.res.destroy()
  some[0]!.res.emit('close')
  expect([some[128]!.outcome, some[129]!.outcome]).toEqual(['waits', 'served'])
})

test('only who has waited for a second is refused, though others have gone meanwhile', () => {
  const { load, sample } = startLate()
  takePlaces(load, askMany(load, 128))
  const gone = ask(load)
  for (let i = 0; i < 20; i++) sample(50)
  const later = ask(load)
  gone.res.destroy()
  sample(50)
  expect([gone.outcome, later.outcome]).toEqual(['waits', 'waits'])
})

test('when the limit is closed, as with a site that goes, nobody is left to wait', () => {
  const { load } = startLate()
  const some = askMany(load, 199)
  // As an application does that has the limit as its first middleware.
  const { req, res } = request()
  let served = 0
  const refuse = () => undefined
  const askAgain = () => load.admit(req, res, { serve: () => (served += 1), refuse })
  load.admit(req, res, { serve: askAgain, refuse })
  load.close()
  expect([...outcomes(some), served]).toEqual([199, 0, 0, 1])
})

test('a second is a second where turns are long', () => {
  const { load, sample } = startLate()
  takePlaces(load, askMany(load, 128))
  const late = ask(load)
  sample(500, 500)
  sample(500, 500)
  expect(late.outcome).toBe('waits')
  sample(500, 500)
  expect(late.outcome).toBe('refused')
})

test('who has waited is served as what it came as, and not as a part of the request that made room', () => {
  const { load } = startLate()
  const [first] = askMany(load, 128)
  const trace = new AsyncLocalStorage<string>()
  const { req, res } = request()
  let seen: string | undefined
  const serve = () => (seen = trace.getStore())
  trace.run('its own', () => load.admit(req, res, { serve, refuse: () => undefined }))
  trace.run("another's", () => first!.res.emit('close'))
  expect(seen).toBe('its own')
})

test('of those who wait many times over, nobody is forgotten, and the order is kept', () => {
  const { load } = startLate()
  takePlaces(load, askMany(load, 127))
  let current = ask(load)
  for (let i = 0; i < 2000; i++) {
    takePlaces(load, [current])
    const [next, after] = askMany(load, 2)
    expect(next!.outcome).toBe('waits')
    current.res.emit('close')
    expect([next!.outcome, after!.outcome]).toEqual(['served', 'waits'])
    after!.res.destroy()
    current = next!
  }
})

test('a slow upstream makes nobody wait: beyond the bound of the operator requests are refused', () => {
  const { load } = start(2)
  takePlaces(load, askMany(load, 2))
  expect(ask(load).outcome).toBe('refused')
})

test('a request is asked about twice, by a server and by its application, and counted once', () => {
  const { load } = start(1)
  const first = ask(load)
  expect(ask(load, first).outcome).toBe('served')
  takePlaces(load, [first])
  expect(ask(load).outcome).toBe('refused')
})

test('probes and preflights are admitted however late it is', () => {
  const { load, sample } = start(1)
  takePlaces(load, [ask(load)])
  sample(5000)
  const outcomeOf = (method: string, url: string) => ask(load, request(method, url)).outcome
  expect(outcomeOf('GET', '/healthz')).toBe('served')
  expect(outcomeOf('GET', '/readyz?verbose')).toBe('served')
  expect(outcomeOf('OPTIONS', '/messages')).toBe('served')
  expect(outcomeOf('GET', '/messages?healthz')).toBe('refused')
})
