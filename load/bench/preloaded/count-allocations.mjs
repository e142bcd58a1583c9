// Preloaded into a server: counts the bytes that the server allocates between two SIGUSR2 signals, including objects
// that have already been collected, and writes the number to the file named in ALLOCATIONS_FILE. The number is an
// estimate: V8 takes one sample every 8 KiB on average.
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
