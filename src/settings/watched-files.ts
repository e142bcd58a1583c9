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
  let watched: readonly string[] = []
  const unwatch = () => {
    for (const path of watched) unwatchFile(path, onChanged)
  }
  return {
    watch(paths) {
      unwatch()
      watched = [...new Set(paths)]
      for (const path of watched) watchFile(path, { interval, persistent: false }, onChanged)
    },
    close: unwatch,
  }
}
