type Task = () => void

let waiting: Task[] = []

/**
 * Does something when all that has arrived in this turn of the event loop has been looked at. For what writes to
 * a socket: writes that follow one another closely wake the process at their other end once; spread
 * over the turn, each of them does, which under load costs more than all else that node does for a request.
 * @param task what it throws is uncaught, and keeps nobody else's from being done
 */
export function atTurnEnd(task: Task): void {
  if (waiting.push(task) === 1) setImmediate(doAll)
}

function doAll(): void {
  const tasks = waiting
  waiting = []
  for (const task of tasks) {
    try {
      task()
    } catch (error) {
      setImmediate(() => {
        throw error
      })
    }
  }
}
