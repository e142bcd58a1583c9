interface Task {
  readonly run: () => void
  readonly onThrown: (error: unknown) => void
}

/**
 * Limits the delay of a write: under load, a turn of the event loop processes more data than a batch should
 * wait for.
 */
const MAX_BATCH = 32

let waiting: Task[] = []

/**
 * Runs a task when all data from this turn of the event loop has been processed, or when 32 tasks are waiting.
 * Consecutive writes wake the peer process once. Writes that are spread over the turn wake it each time, which
 * is the largest cost of a request in Node.js under load.
 * @param onThrown called with an exception that `run` throws; the rest of the batch still runs
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
