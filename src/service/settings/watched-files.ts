import { unwatchFile, watchFile } from 'node:fs'

export interface WatchedFiles {
  /** Watches exactly these files from now on. */
  watch(paths: readonly string[]): void
  close(): void
}

/** Files are polled, because file events do not work on network file systems or for replaced links. Polling is cheap. */
const INTERVAL_MS = 2000

/**
 * Calls `onChanged` when one of the files has been changed, replaced, created or removed. Does not keep the process
 * running.
 */
export function watchFiles(onChanged: () => void, interval = INTERVAL_MS): WatchedFiles {
  let watched: ReadonlySet<string> = new Set()

  function watch(paths: readonly string[]): void {
    const wanted = new Set(paths)
    for (const path of watched) if (!wanted.has(path)) unwatchFile(path, onChanged)
    // A watched file stays watched: `watchFile` reports a missing file each time watching starts.
    for (const path of wanted) {
      if (!watched.has(path)) watchFile(path, { interval, persistent: false }, onChanged)
    }
    watched = wanted
  }

  return { watch, close: () => watch([]) }
}
