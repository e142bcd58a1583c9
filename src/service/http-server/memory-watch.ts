/** Memory figures from Node.js, in bytes. */
export interface MemoryFigures {
  /** The configured limit, or the container's (cgroup). Without a limit, 0 or more than the machine's memory. */
  readonly limit: number
  /** How much memory is left within the limit. */
  readonly available: number
  readonly resident: number
}

const REMEMBERED_MS = 1000
/** The share of the limit that the process may use. The rest is for work that has already been accepted. */
const MAX_RESIDENT_SHARE = 0.85
/**
 * If less than this share of the limit is available, memory is low, but only if the process itself is large: a
 * container's page cache counts as used too.
 */
const MIN_AVAILABLE_SHARE = 0.05
const LARGE_RESIDENT_SHARE = 0.5

export interface MemoryWatchOptions {
  /** Default: 0, which means the container's limit. */
  readonly limitBytes?: number
  readonly read?: () => MemoryFigures
  readonly monotonicNow?: () => number
}

/**
 * Whether the process is so close to its memory limit that the kernel may soon kill it. The memory is read at
 * most once per second.
 */
export function createMemoryWatch(options: MemoryWatchOptions = {}): () => boolean {
  const { limitBytes = 0, monotonicNow = () => performance.now() } = options
  const { read = limitBytes === 0 ? containerFigures : () => figuresWithin(limitBytes) } = options
  let isLow = false
  let readAtMs = -Infinity
  return () => {
    if (monotonicNow() - readAtMs >= REMEMBERED_MS) {
      readAtMs = monotonicNow()
      isLow = isNearLimit(read())
    }
    return isLow
  }
}

function isNearLimit({ limit, available, resident }: MemoryFigures): boolean {
  if (limit === 0) return false
  if (resident > limit * MAX_RESIDENT_SHARE) return true
  return available < limit * MIN_AVAILABLE_SHARE && resident > limit * LARGE_RESIDENT_SHARE
}

function figuresWithin(limit: number): MemoryFigures {
  const resident = process.memoryUsage.rss()
  return { limit, available: Math.max(0, limit - resident), resident }
}

function containerFigures(): MemoryFigures {
  return {
    limit: process.constrainedMemory(),
    available: process.availableMemory(),
    resident: process.memoryUsage.rss(),
  }
}
