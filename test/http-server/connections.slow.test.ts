import { once } from 'node:events'
import type { Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { isSession } from '../event-reader.ts'
import {
  connect,
  expectCounts,
  head,
  NOTHING_OPEN,
  page,
  readAll,
  running,
  start,
  upstreamSockets,
} from './raw-connections.ts'

afterEach(() => running.stop())

describe('the count of requests and streams', () => {
  beforeEach(() => start())

  test('returns to zero after ten thousand aborted requests, whatever was pipelined behind them', async () => {
    const body = JSON.stringify({ text: 'x'.repeat(200) })
    const post = head('POST /messages', {
      'content-type': 'application/json',
      'content-length': String(body.length),
    })
    const shapes = [
      head('GET /events') + head('GET /events') + head('GET /guest-session'),
      head('GET /events') + post + body + head('GET /events'),
      head('GET /guest-session') + head('GET /events') + post.slice(0, 90),
      post + body.slice(0, 50),
      post + body + post + body,
      head('GET /events') + 'GARBAGE\r\n\r\n',
      head('GET /messages', { upgrade: 'websocket', connection: 'Upgrade' }),
      head('POST /messages', { expect: '100-continue', 'content-length': '20' }),
      head('POST /attachments?fileName=a.txt', { 'content-length': '1000' }) + 'abc',
      head('POST /messages', { 'transfer-encoding': 'chunked' }) + '5\r\nabcde\r\n0\r\nX: y\r\n',
    ]
    const requestsIn = shapes.map((shape) => shape.split(' HTTP/1.1\r\n').length - 1)
    // Streams that stay open during the test are still counted.
    const listener = await running.openPage()
    const stream = await listener.events()
    await stream.next(isSession('connected'))
    for (let at = 0, requests = 0; requests < 10_000;) {
      const batch = Array.from({ length: 100 }, async () => {
        const socket = connect()
        const turn = at++
        const shape = shapes[turn % shapes.length] ?? ''
        requests += requestsIn[turn % shapes.length] ?? 0
        await once(socket, 'connect')
        socket.write(shape)
        // Some clients leave immediately, some after the first bytes of a response, and some half-close first.
        if (turn % 3 === 0) socket.end()
        if (turn % 3 === 1 && shape.endsWith('\r\n\r\n'))
          await Promise.race([once(socket, 'data'), once(socket, 'close')])
        socket.destroy()
      })
      await Promise.allSettled(batch)
    }
    await expectCounts({ ...NOTHING_OPEN, streams: 1 })
    expect(await upstreamSockets()).toBe(running.genesys.connections())
    stream.close()
    await expectCounts(NOTHING_OPEN)
    expect((await page.ask('GET', '/guest-session')).status).toBe(200)
  }, 120_000)
})

describe('slow requests', () => {
  test('get a 408, first those with unfinished heads, then those with unfinished or missing bodies', async () => {
    await start()
    const unfinishedHead = connect()
    unfinishedHead.write('GET /guest-session HTTP/1.1\r\nHost: localhost\r\n')
    const json = { 'content-type': 'application/json', 'content-length': '100' }
    const unfinishedBody = connect()
    unfinishedBody.write(`${head('POST /messages', json)}{`)
    const asked = connect()
    asked.write(head('POST /messages', { ...json, expect: '100-continue' }))
    const ended: Socket[] = []
    for (const socket of [unfinishedBody, asked, unfinishedHead])
      socket.once('close', () => ended.push(socket))
    const answers = await Promise.all([readAll(unfinishedBody), readAll(asked), readAll(unfinishedHead)])
    expect(ended[0]).toBe(unfinishedHead)
    for (const answer of answers) {
      const [headers = '', body = ''] = answer.replace('HTTP/1.1 100 Continue\r\n\r\n', '').split('\r\n\r\n')
      expect(headers).toMatch(/^HTTP\/1.1 408 /)
      expect(headers).toMatch(/\r\nConnection: close/i)
      expect(JSON.parse(body)).toMatchObject({ code: 'request_timeout' })
    }
    expect(answers[1]).toMatch(/^HTTP\/1.1 100 Continue/)
    await expectCounts(NOTHING_OPEN)
  }, 20_000)
})
