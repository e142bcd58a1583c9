/** A histogram of latencies with a resolution of 0.01 ms, up to twenty seconds. */
export class Latencies {
  #counts = new Uint32Array(2_000_001)
  count = 0

  add(ms) {
    this.#counts[Math.min(2_000_000, Math.max(0, Math.round(ms * 100)))] += 1
    this.count += 1
  }

  percentileMs(share) {
    let left = Math.ceil(this.count * share)
    for (let at = 0; at < this.#counts.length; at++) {
      left -= this.#counts[at]
      if (left <= 0) return at / 100
    }
    return NaN
  }

  summary() {
    return { p50Ms: this.percentileMs(0.5), p99Ms: this.percentileMs(0.99) }
  }
}
