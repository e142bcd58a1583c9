/** A map of at most `capacity` entries: the one that was set longest ago makes room. For caches only. */
export class BoundedMap<Key, Value> extends Map<Key, Value> {
  readonly capacity: number

  constructor(capacity: number) {
    super()
    this.capacity = capacity
  }

  override set(key: Key, value: Value): this {
    if (this.capacity === 0) return this
    this.delete(key)
    super.set(key, value)
    if (this.size > this.capacity) {
      const oldest = this.keys().next()
      if (oldest.done !== true) this.delete(oldest.value)
    }
    return this
  }
}
