import { expect, test } from '@jest/globals'
import { followLiveEvents } from '../../src/browser/client/live-events.ts'

test('a stream is canceled when the page stops following it, even if aborting its fetch has no effect', async () => {
  let cancelled: () => void
  const letGo = new Promise<void>((resolve) => (cancelled = resolve))
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(new TextEncoder().encode('event: session\ndata: {}\n\n')),
    cancel: () => cancelled(),
  })
  const stop = followLiveEvents({
    open: () => Promise.resolve(new Response(body)),
    onEvent: () => stop(),
    onConnected: () => undefined,
    onLost: () => undefined,
    onHeldBack: () => undefined,
    onStopped: (problem) => expect(problem).toBeUndefined(),
  })
  await letGo
})
