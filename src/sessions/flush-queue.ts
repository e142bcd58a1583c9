/** What has something to send at the end of this turn of the event loop. */
interface Flushable {
  flush(): void
}

/** One `setImmediate` for all that have something to send: no timer per guest. */
export function createFlushQueue(): (flushable: Flushable) => void {
  let waiting: Flushable[] = []
  const flush = () => {
    const flushables = waiting
    waiting = []
    for (const flushable of flushables) flushable.flush()
  }
  return (flushable) => {
    if (waiting.push(flushable) === 1) setImmediate(flush)
  }
}
