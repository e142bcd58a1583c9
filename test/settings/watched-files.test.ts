import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { watchFiles } from '../../src/service/settings/watched-files.ts'

/** At most this many reloads may happen while the files are checked many times. Each reload lists the files again. */
const MOST_RELOADS = 5

test('a watched file that is missing causes at most a few reloads, and its creation causes one', async () => {
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
  // When this separate watcher calls back, there has been time for several checks.
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
