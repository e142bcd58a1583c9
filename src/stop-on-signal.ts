const ORPHAN_CHECK_MS = 250

/** Read at once: a parent that goes while the program starts is noticed too. */
const STARTED_BY = process.ppid

/**
 * Lets the program end itself on SIGTERM and SIGINT; a second signal does not wait. npm hands a signal to the shell
 * between itself and the program, which ends without handing it on: under npm its end counts as a signal.
 */
export function stopOnSignal(stop: (signal: string) => Promise<void>): void {
  let stopping = false
  const end = (signal: string) => {
    if (stopping) process.exit(1)
    stopping = true
    void stop(signal).finally(() => process.exit(0))
  }
  process.on('SIGINT', end)
  process.on('SIGTERM', end)
  if (process.env['npm_lifecycle_event'] === undefined) return
  const watch = setInterval(() => {
    if (process.ppid === STARTED_BY) return
    clearInterval(watch)
    end('end of npm')
  }, ORPHAN_CHECK_MS).unref()
}
