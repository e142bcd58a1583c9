// Preloaded into a server: counts the bytes that it allocates between two SIGUSR2, those that are garbage by
// then included, and writes them to the file that ALLOCATIONS_FILE names. V8 samples one in some thousand bytes.
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
