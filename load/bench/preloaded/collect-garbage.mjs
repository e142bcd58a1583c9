// Preloaded into a server: SIGUSR2 starts a garbage collection, so that the resident memory is close to the memory in
// use.
import { Session } from 'node:inspector'

const session = new Session()
session.connect()
process.on('SIGUSR2', () => session.post('HeapProfiler.collectGarbage'))
