// Loaded with --import: SIGUSR2 writes a heap snapshot to the file that HEAP_SNAPSHOT names.
import { writeHeapSnapshot } from 'node:v8'

process.on('SIGUSR2', () => {
  writeHeapSnapshot(process.env.HEAP_SNAPSHOT)
  process.stdout.write('{"msg":"heap snapshot written"}\n')
})
