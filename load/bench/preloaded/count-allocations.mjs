// Preloaded into a server: counts the bytes that it allocates between two SIGUSR2 signals, including those that are
// garbage by then, and writes the number to the file named in ALLOCATIONS_FILE. V8 samples one byte in a few thousand.
import { writeFileSync } from 'node:fs'
import { Session } from 'node:inspector'

const session = new Session()
session.connect()
let counting = false

process.on('SIGUSR2', () => {
  if (!counting) {
    counting = true
    session.post('HeapProfiler.startSampling', {
      samplingInterval: 8192,
      includeObjectsCollectedByMajorGC: true,
      includeObjectsCollectedByMinorGC: true,
    })
    return
  }
  session.post('HeapProfiler.stopSampling', (_error, { profile }) => {
    writeFileSync(process.env.ALLOCATIONS_FILE, String(bytesOf(profile.head)))
  })
})

function bytesOf({ selfSize, children }) {
  return children.reduce((sum, child) => sum + bytesOf(child), selfSize)
}
