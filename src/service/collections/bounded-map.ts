/** A limit on the total size of a map's values. */
export interface ByteBound<Value> {
  readonly maxBytes: number
  /** The approximate number of bytes that an entry keeps in memory; called once, when the entry is set. */
  readonly bytesOf: (value: Value) => number
}

/** A map bounded in entries and bytes: the entry that was set longest ago is evicted. Only for caches. */
export class BoundedMap<Key, Value> extends Map<Key, Value> {
  readonly capacity: number
  readonly #bound: ByteBound<Value> | undefined
  readonly #sizes = new Map<Key, number>()
  #bytes = 0

  constructor(capacity: number, bound?: ByteBound<Value>) {
    super()
    this.capacity = capacity
    this.#bound = bound
  }

  get bytes(): number {
    return this.#bytes
  }

  override set(key: Key, value: Value): this {
    this.delete(key)
    super.set(key, value)
    if (this.#bound !== undefined) {
      const size = this.#bound.bytesOf(value)
      this.#sizes.set(key, size)
      this.#bytes += size
    }
    while (this.size > this.capacity || this.#bytes > (this.#bound?.maxBytes ?? Infinity)) {
      const oldest = this.keys().next()
      if (oldest.done === true) break
      this.delete(oldest.value)
    }
    return this
  }

  override clear(): void {
    this.#sizes.clear()
    this.#bytes = 0
    super.clear()
  }

  override delete(key: Key): boolean {
    this.#bytes -= this.#sizes.get(key) ?? 0
    this.#sizes.delete(key)
    return super.delete(key)
  }
}
