import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

const EVERY_BYTES = 512 * 1024

let collectYoung: (() => void) | undefined
let spentBytes = 0

/**
 * Frees the buffers of files that have passed through, twice for each megabyte of them. To V8 they are a few
 * small objects: by itself it lets some thirty megabytes pile up before it looks, which is much for a small
 * container. A look at the youngest objects takes about a millisecond.
 */
export function noteSpentBuffer(bytes: number): void {
  spentBytes += bytes
  if (spentBytes < EVERY_BYTES) return
  spentBytes = 0
  collectYoung ??= youngCollector()
  // After what is under way, which still holds the last buffer.
  setImmediate(collectYoung)
}

/** Node.js has no call for it; a context that is made while the flag is set has one. */
function youngCollector(): () => void {
  setFlagsFromString('--expose-gc')
  const gc = runInNewContext('gc') as (options: { type: 'minor' }) => void
  setFlagsFromString('--no-expose-gc')
  return () => gc({ type: 'minor' })
}
