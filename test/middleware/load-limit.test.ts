import { EventEmitter } from 'node:events'
import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import type { Request, Response } from 'express'
import { expect, test } from '@jest/globals'
import { createLoadLimit, type LoadLimit } from '../../src/middleware/load-limit.ts'

function start(max: number) {
  const samples = new EventEmitter()
  const load = createLoadLimit(max, {
    onSample: (listener) => {
      samples.on('sample', listener)
      return () => void samples.off('sample', listener)
    },
    close: () => undefined,
  })
  return { load, sample: (delayMs: number) => void samples.emit('sample', delayMs) }
}

function request(method = 'POST', url = '/messages') {
  const req = Object.assign(new IncomingMessage(new Socket()), { method, url }) as Request
  return { req, res: new ServerResponse(req) as Response }
}

/** How many of so many that come at once are admitted. */
function admitted(load: LoadLimit, count: number): ReturnType<typeof request>[] {
  return Array.from({ length: count }, () => request()).filter(({ req, res }) => load.admits(req, res))
}

const takePlaces = (load: LoadLimit, requests: ReturnType<typeof request>[]) =>
  requests.forEach(({ req, res }) => load.takePlace(req, res, (error) => expect(error).toBeUndefined()))

test('what comes in one turn of the event loop is counted before it has a place', () => {
  const { load, sample } = start(1000)
  expect(admitted(load, 5000)).toHaveLength(256)
  expect(admitted(load, 1)).toHaveLength(0)
  sample(5)
  expect(admitted(load, 5000)).toHaveLength(256)
})

test('while turns are late, as many as are served within them are admitted, and no more', () => {
  const { load, sample } = start(1000)
  for (let i = 0; i < 20; i++) sample(500)
  const some = admitted(load, 200)
  expect(some).toHaveLength(128)
  takePlaces(load, some)
  expect(load.inFlight).toBe(128)
  expect(admitted(load, 100)).toHaveLength(0)
  some[0]!.res.emit('close')
  expect(admitted(load, 100)).toHaveLength(1)
})

test('a request is asked about twice, by a server and by its application, and counted once', () => {
  const { load } = start(1)
  const [first] = admitted(load, 1)
  expect(load.admits(first!.req, first!.res)).toBe(true)
  takePlaces(load, [first!])
  expect(admitted(load, 1)).toHaveLength(0)
})

test('probes and preflights are admitted however late it is', () => {
  const { load, sample } = start(1)
  takePlaces(load, admitted(load, 1))
  sample(5000)
  const isAdmitted = (method: string, url: string) => {
    const { req, res } = request(method, url)
    return load.admits(req, res)
  }
  expect(isAdmitted('GET', '/healthz')).toBe(true)
  expect(isAdmitted('GET', '/readyz?verbose')).toBe(true)
  expect(isAdmitted('OPTIONS', '/messages')).toBe(true)
  expect(isAdmitted('GET', '/messages?healthz')).toBe(false)
})
