interface Task {
  readonly run: () => void
  readonly onThrown: (error: unknown) => void
}

/** Bounds how long a write waits: under load a turn of the event loop has more in it than can be looked at. */
const MAX_BATCH = 32

let waiting: Task[] = []

/**
 * Does something when all that has arrived in this turn of the event loop has been looked at, or 32 tasks wait. Writes
 * that follow one another closely wake the process at their other end once; spread over the turn, each of them does,
 * which under load costs more than all else that Node.js does for a request.
 * @param onThrown gets what `run` throws, which keeps nobody else's from being done
 */
export function batchWrite(run: Task['run'], onThrown: Task['onThrown']): void {
  const count = waiting.push({ run, onThrown })
  if (count === 1) setImmediate(runAll)
  else if (count === MAX_BATCH) runAll()
}

function runAll(): void {
  const tasks = waiting
  waiting = []
  for (const { run, onThrown } of tasks) {
    try {
      run()
    } catch (error) {
      onThrown(error)
    }
  }
}
