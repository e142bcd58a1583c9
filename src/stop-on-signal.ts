const ORPHAN_CHECK_MS = 250

/** Read when the module loads, so that the exit of the parent process is noticed even during startup. */
const STARTED_BY = process.ppid

/**
 * Calls `stop` on SIGTERM or SIGINT, then exits. A second signal ends the program immediately. npm sends signals only
 * to the shell in which it runs the program, and the shell exits without forwarding them. Under npm, the shell's exit
 * counts as a signal.
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
