// Preloaded into a server: SIGUSR2 collects its garbage, so that its resident memory is the memory in use.
import { Session } from 'node:inspector'

const session = new Session()
session.connect()
process.on('SIGUSR2', () => session.post('HeapProfiler.collectGarbage'))
