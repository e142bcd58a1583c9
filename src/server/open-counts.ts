/** Counts what is open at this moment, in all and by key. */
export class OpenCounts {
  #total = 0
  readonly #byKey = new Map<string, number>()

  get total(): number {
    return this.#total
  }

  of(key: string): number {
    return this.#byKey.get(key) ?? 0
  }

  /** @returns ends it; a second call does nothing */
  open(key: string): () => void {
    this.#total += 1
    this.#byKey.set(key, this.of(key) + 1)
    let isOpen = true
    return () => {
      if (isOpen) this.#close(key)
      isOpen = false
    }
  }

  #close(key: string): void {
    this.#total -= 1
    const left = this.of(key) - 1
    if (left === 0) this.#byKey.delete(key)
    else this.#byKey.set(key, left)
  }
}
