import { unwatchFile, watchFile } from 'node:fs'

export interface WatchedFiles {
  /** From now on these, and no others. */
  watch(paths: readonly string[]): void
  close(): void
}

/** A look at a file costs next to nothing; events would not come from network file systems and replaced links. */
const INTERVAL_MS = 2000

/** Calls back when one of the files was changed, replaced, made or removed. Keeps no process running. */
export function watchFiles(onChanged: () => void, interval = INTERVAL_MS): WatchedFiles {
  let watched: ReadonlySet<string> = new Set()

  function watch(paths: readonly string[]): void {
    const wanted = new Set(paths)
    for (const path of watched) if (!wanted.has(path)) unwatchFile(path, onChanged)
    // One that is watched already stays so: `watchFile` reports a missing file each time that watching starts.
    for (const path of wanted) {
      if (!watched.has(path)) watchFile(path, { interval, persistent: false }, onChanged)
    }
    watched = wanted
  }

  return { watch, close: () => watch([]) }
}
