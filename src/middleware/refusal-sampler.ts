const WINDOW_MS = 1000
const MAX_KEYS = 1000

interface Sample<Line> {
  last: Line
  /** Of those that were not written yet. */
  count: number
}

/**
 * Writes the first of a kind at once, and those of each second after it as one line with their number, so that who is
 * refused a thousand times a second fills no disk.
 */
export class RefusalSampler<Line> {
  readonly #write: (line: Line, count: number) => void
  readonly #samples = new Map<string, Sample<Line>>()
  #timer: NodeJS.Timeout | undefined

  constructor(write: (line: Line, count: number) => void) {
    this.#write = write
  }

  /** @param kind what is alike; above a bound of kinds a second, the others count as one */
  note(kind: string, line: Line): void {
    const key = this.#samples.has(kind) || this.#samples.size < MAX_KEYS ? kind : ''
    const sample = this.#samples.get(key)
    if (sample !== undefined) {
      sample.last = line
      sample.count += 1
      return
    }
    this.#samples.set(key, { last: line, count: 0 })
    this.#write(line, 1)
    this.#timer ??= setInterval(() => this.#flush(), WINDOW_MS).unref()
  }

  #flush(): void {
    for (const [key, sample] of this.#samples) {
      if (sample.count === 0) this.#samples.delete(key)
      else this.#write(sample.last, sample.count)
      sample.count = 0
    }
    if (this.#samples.size > 0) return
    clearInterval(this.#timer)
    this.#timer = undefined
  }
}
