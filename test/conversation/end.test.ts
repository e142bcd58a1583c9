import { afterEach, expect, test } from '@jest/globals'
import { createGuestChat } from '../../src/browser/client/chat-client.ts'
import { startTogether, type Running } from '../start-service.ts'
import { asSite } from './site.ts'

let running: Running
afterEach(() => running.stop())

test('after end(), the client’s state is “ended” even if the live event precedes the response', async () => {
  running = await startTogether()
  for (let round = 0; round < 5; round++) {
    const chat = createGuestChat({ baseUrl: running.url, fetch: asSite })
    await chat.send('Hello')
    await chat.end()
    expect(chat.state).toBe('ended')
  }
})
