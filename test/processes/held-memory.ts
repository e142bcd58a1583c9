import { setTimeout as pause } from 'node:timers/promises'
import type { ServiceProcess } from './start-process.ts'

/** Options of Node.js for a service whose {@link heldMemory} is read. */
export const TELLS_HELD_MEMORY = [
  '--expose-gc',
  `--import=${new URL('tell-held-memory.mjs', import.meta.url).href}`,
]

export interface HeldMemory {
  /** Memory outside V8's heap, such as buffers. */
  readonly heldBytes: number
  readonly heapBytes: number
}

/** The memory that the service still holds after garbage collection. */
export async function heldMemory(service: ServiceProcess): Promise<HeldMemory> {
  const lines = service.logLines.length
  service.signal('SIGUSR2')
  for (;;) {
    const held = service.logLines.slice(lines).find((line) => line.includes('"heldBytes"'))
    if (held !== undefined) return JSON.parse(held) as HeldMemory
    await pause(10)
  }
}
