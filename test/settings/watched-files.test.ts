import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { watchFiles } from '../../src/service/settings/watched-files.ts'

/** In the time of many checks of the files; each reload lists the files again. */
const MOST_RELOADS = 5

test('a missing file that is watched causes a few reloads at most, and its creation causes one', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'watched-'))
  const missing = join(folder, 'missing')
  let reloads = 0
  let wake = (): void => undefined
  const reloaded = () => new Promise<void>((resolve) => (wake = resolve))
  const watched = watchFiles(() => {
    reloads += 1
    watched.watch([missing])
    wake()
  }, 20)
  // A separate watcher, so that the time of several checks has passed when it calls back.
  const other = join(folder, 'other')
  const clock = watchFiles(() => wakeClock(), 100)
  let wakeClock = (): void => undefined
  try {
    const first = reloaded()
    watched.watch([missing])
    await first
    const missed = new Promise<void>((resolve) => (wakeClock = resolve))
    clock.watch([other])
    await missed
    const ticked = new Promise<void>((resolve) => (wakeClock = resolve))
    writeFileSync(other, 'there')
    await ticked
    expect(reloads).toBeLessThanOrEqual(MOST_RELOADS)

    const made = reloaded()
    writeFileSync(missing, 'there')
    await made
    expect(reloads).toBeLessThanOrEqual(MOST_RELOADS + 1)
  } finally {
    watched.close()
    clock.close()
    rmSync(folder, { recursive: true })
  }
})
