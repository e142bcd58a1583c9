import { AsyncLocalStorage } from 'node:async_hooks'
import { EventEmitter } from 'node:events'
import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import type { Request, Response } from 'express'
import { expect, test } from '@jest/globals'
import { createLoadLimit, type LoadLimit } from '../../src/middleware/load-limit.ts'

/** As many as are begun in one turn of the event loop, alone and beside refusals, and as wait for the next ones. */
const BEGUN = 48
const BEGUN_BESIDE_REFUSALS = 16
const WAITING = 512

function start(max = 10_000) {
  const eventLoop = new EventEmitter()
  let nowMs = 0
  const load = createLoadLimit(max, {
    afterTurn: (callback) => void eventLoop.once('turn', callback),
    every(_ms, callback) {
      eventLoop.on('sample', callback)
      return () => void eventLoop.off('sample', callback)
    },
    nowMs: () => nowMs,
  })
  const turn = (lengthMs = 0) => {
    nowMs += lengthMs
    eventLoop.emit('turn')
  }
  const sample = (afterMs = 50) => {
    nowMs += afterMs
    eventLoop.emit('sample')
  }
  return { load, turn, sample }
}

/** Where many more have come than can be served. */
function startOverloaded() {
  const started = start()
  askMany(started.load, 5000)
  for (let i = 0; i < WAITING; i++) started.turn()
  started.sample()
  ask(started.load)
  started.turn()
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

test('in one turn of the event loop a few are begun, and the others in the next ones, in their order', () => {
  const { load, turn } = start()
  const some = askMany(load, 100)
  expect(outcomes(some)).toEqual([BEGUN, 52, 0])
  turn()
  expect(outcomes(some)).toEqual([2 * BEGUN, 4, 0])
  expect(some.slice(0, 2 * BEGUN).every(isServed)).toBe(true)
  const newcomer = ask(load)
  turn()
  expect([...outcomes(some), newcomer.outcome]).toEqual([100, 0, 0, 'served'])
})

test('who comes when none are before it is served at once, in each turn', () => {
  const { load, turn } = start()
  for (let i = 0; i < 100; i++) {
    expect(ask(load).outcome).toBe('served')
    turn()
  }
})

test('more than can wait are refused', () => {
  const { load } = start()
  expect(outcomes(askMany(load, 5000))).toEqual([BEGUN, WAITING, 5000 - BEGUN - WAITING])
})

test('while many more come than can be served nobody waits, and fewer are begun beside those who are refused', () => {
  const { load, turn, sample } = startOverloaded()
  for (let i = 0; i < 10; i++) {
    expect(outcomes(askMany(load, 100))).toEqual([BEGUN_BESIDE_REFUSALS, 0, 100 - BEGUN_BESIDE_REFUSALS])
    turn()
    sample()
  }
})

test('the longer refusals make a turn, the more are begun beside them, within a bound', () => {
  const { load, turn } = startOverloaded()
  const begunAfter = (turnMs: number) => {
    ask(load)
    turn(turnMs)
    const [begun] = outcomes(askMany(load, 500))
    turn()
    return begun
  }
  expect([10, 100, 200, 5000].map(begunAfter)).toEqual([16, 30, 60, 128])
})

test('a few refusals are a peak and no overload', () => {
  const { load, turn, sample } = startOverloaded()
  askMany(load, 20)
  turn()
  sample()
  expect(outcomes(askMany(load, 20))).toEqual([16, 4, 0])
  turn()
  expect(outcomes(askMany(load, 200))).toEqual([44, 16, 140])
})

test('those whom only each other keeps from being served, as they ask again at once, are all served after four seconds', () => {
  const { load, turn, sample } = startOverloaded()
  let clients = askMany(load, 64)
  const refusedInSample = () => {
    let refused = 0
    for (let turns = 0; turns < 5; turns++) {
      refused += outcomes(clients)[2]!
      turn()
      clients = clients.map((client) => (client.outcome === 'waits' ? client : ask(load)))
    }
    sample()
    return refused
  }
  const samples = Array.from({ length: 90 }, refusedInSample)
  expect(samples.slice(0, 70).every((refused) => refused > 200)).toBe(true)
  expect(samples.slice(-5)).toEqual([0, 0, 0, 0, 0])
})

test('while many more come than can be served, few are let wait to see whether it is over', () => {
  const { load, turn, sample } = startOverloaded()
  let waited = 0
  for (let samples = 0; samples < 200; samples++) {
    for (let turns = 0; turns < 2; turns++) {
      waited += outcomes(askMany(load, 150))[1]!
      turn()
    }
    sample()
  }
  expect(waited).toBe(2 * 128)
})

test('when nobody has been refused for a while, as many can wait as before', () => {
  const { load, turn, sample } = startOverloaded()
  sample()
  ask(load)
  turn()
  const some = askMany(load, 60)
  expect(outcomes(some)).toEqual([BEGUN, 12, 0])
  turn()
  for (let i = 0; i < 40; i++) sample()
  expect(outcomes(askMany(load, BEGUN + WAITING))).toEqual([BEGUN - 12, WAITING, 12])
})

test('who has waited for a second is refused', () => {
  const { load, sample } = start()
  askMany(load, BEGUN)
  const late = ask(load)
  for (let i = 0; i < 20; i++) sample()
  const later = ask(load)
  expect(late.outcome).toBe('waits')
  sample()
  expect([late.outcome, later.outcome]).toEqual(['refused', 'waits'])
})

test('who has gone while waiting is passed over', () => {
  const { load, turn } = start()
  const some = askMany(load, BEGUN + 2)
  some[BEGUN]!.res.destroy()
  turn()
  expect([some[BEGUN]!.outcome, some[BEGUN + 1]!.outcome]).toEqual(['waits', 'served'])
})

test('only who has waited for a second is refused, though others have gone meanwhile', () => {
  const { load, sample } = start()
  askMany(load, BEGUN)
  const gone = ask(load)
  for (let i = 0; i < 20; i++) sample()
  const later = ask(load)
  gone.res.destroy()
  sample()
  expect([gone.outcome, later.outcome]).toEqual(['waits', 'waits'])
})

test('when the limit is closed, as with a site that goes, nobody is left to wait', () => {
  const { load } = start()
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

test('where many have waited for a second in vain, nobody is let wait', () => {
  const { load, turn, sample } = start()
  askMany(load, BEGUN + 100)
  for (let i = 0; i < 22; i++) sample()
  turn()
  ask(load)
  turn()
  expect(outcomes(askMany(load, 100))).toEqual([BEGUN_BESIDE_REFUSALS, 0, 100 - BEGUN_BESIDE_REFUSALS])
})

test('a second begins when the request comes, also where that is long after the last sample', () => {
  const { load, turn, sample } = start()
  askMany(load, BEGUN)
  turn(1500)
  const some = askMany(load, BEGUN + 1)
  sample(0)
  expect(outcomes(some)).toEqual([BEGUN, 1, 0])
})

test('near the bound of the operator, too, an overload is told by the refusals', () => {
  const { load, turn, sample } = start(100)
  takePlaces(load, askMany(load, 40))
  turn()
  const some = askMany(load, 500)
  expect(outcomes(some)).toEqual([BEGUN, 60, 500 - BEGUN - 60])
  sample()
  for (let turns = 0; turns < 5; turns++) turn()
  expect(outcomes(askMany(load, 100)).slice(0, 2)).toEqual([BEGUN_BESIDE_REFUSALS, 0])
})

test('a second is a second where turns are long', () => {
  const { load, sample } = start()
  askMany(load, BEGUN)
  const late = ask(load)
  sample(500)
  sample(500)
  expect(late.outcome).toBe('waits')
  sample(500)
  expect(late.outcome).toBe('refused')
})

test('who has waited is served as what it came as, and not as a part of the request that made room', () => {
  const { load, turn } = start()
  askMany(load, BEGUN)
  const trace = new AsyncLocalStorage<string>()
  const { req, res } = request()
  let seen: string | undefined
  const serve = () => (seen = trace.getStore())
  trace.run('its own', () => load.admit(req, res, { serve, refuse: () => undefined }))
  trace.run("another's", () => turn())
  expect(seen).toBe('its own')
})

test('of those who wait many times over, nobody is forgotten, and the order is kept', () => {
  const { load, turn } = start()
  let before = askMany(load, 2 * BEGUN).slice(BEGUN)
  for (let i = 0; i < 100; i++) {
    turn()
    expect(before.every(isServed)).toBe(true)
    before = askMany(load, BEGUN)
    expect(before.some(isServed)).toBe(false)
  }
})

test('a slow upstream makes nobody wait: beyond the bound of the operator requests are refused', () => {
  const { load } = start(2)
  takePlaces(load, askMany(load, 2))
  expect(ask(load).outcome).toBe('refused')
})

test('no more are begun than there are places, and who finds none waits for an answer of the others', () => {
  const { load, turn } = start(2)
  const some = askMany(load, 3)
  expect(outcomes(some)).toEqual([2, 1, 0])
  takePlaces(load, some.filter(isServed))
  turn()
  expect(outcomes(some)).toEqual([2, 1, 0])
  some[0]!.res.emit('close')
  turn()
  expect(outcomes(some)).toEqual([3, 0, 0])
})

test('a request is asked about twice, by a server and by its application, and counted once', () => {
  const { load } = start(1)
  const first = ask(load)
  expect(ask(load, first).outcome).toBe('served')
  takePlaces(load, [first])
  expect(ask(load).outcome).toBe('refused')
})

test('probes and preflights are admitted however late it is', () => {
  const { load } = start(1)
  takePlaces(load, [ask(load)])
  const outcomeOf = (method: string, url: string) => ask(load, request(method, url)).outcome
  expect(outcomeOf('GET', '/healthz')).toBe('served')
  expect(outcomeOf('GET', '/readyz?verbose')).toBe('served')
  expect(outcomeOf('OPTIONS', '/messages')).toBe('served')
  expect(outcomeOf('GET', '/messages?healthz')).toBe('refused')
})
