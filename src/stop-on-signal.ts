const ORPHAN_CHECK_MS = 250

/** Read immediately, so that a parent that exits while the program is starting is noticed too. */
const STARTED_BY = process.ppid

/**
 * Calls `stop` on SIGTERM and SIGINT, then exits; a second signal ends the program immediately. npm sends a signal only to the
 * shell in which it runs the program, and that shell exits without passing it on: under npm, the shell's exit counts as a signal.
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
