// Preloaded into the service: on SIGUSR2, it collects garbage and writes how many bytes V8's heap holds, and how many are
// held outside of it.
import { setTimeout as pause } from 'node:timers/promises'

process.on('SIGUSR2', async () => {
  // V8 frees buffers in the background, some only in a second collection.
  for (let collections = 0; collections < 3; collections++) {
    globalThis.gc()
    await pause(50)
  }
  const { external, heapUsed } = process.memoryUsage()
  process.stdout.write(`${JSON.stringify({ msg: 'held', heldBytes: external, heapBytes: heapUsed })}\n`)
})
