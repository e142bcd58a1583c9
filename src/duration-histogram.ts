import type { Metric, Registry } from 'prom-client'

export interface DurationHistogramOptions<Label extends string> {
  readonly name: string
  readonly help: string
  readonly labelNames: readonly Label[]
  readonly registry: Registry
}

/** One combination of labels. */
interface Series {
  readonly labels: Readonly<Record<string, string>>
  /** Durations in each bucket alone, those above all bounds last. */
  readonly counts: Float64Array
  sumSeconds: number
}

/** Up to what an answer is waited for: the request's 30 s, and a stream's longer life beyond. */
const SECONDS_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]

/**
 * Seconds in buckets, for the page of prom-client's registry. Its own histogram checks and joins the labels of each
 * observation and looks for its bucket by the bound as text, which is 2% of what a request costs.
 */
export class DurationHistogram<Label extends string> {
  readonly #options: DurationHistogramOptions<Label>
  readonly #series = new Map<string, Series>()

  constructor(options: DurationHistogramOptions<Label>) {
    this.#options = options
    const metric = { name: options.name, get: () => Promise.resolve(this.#page()) }
    // This is all that a registry asks of a metric; its type knows only the classes of prom-client.
    options.registry.registerMetric(metric as unknown as Metric)
  }

  /** @param labels their values, in the order of the names */
  observe(labels: readonly string[], durationMs: number): void {
    let key = ''
    for (const label of labels) key += `${label}\n`
    let series = this.#series.get(key)
    if (!series) {
      series = this.#begin(labels)
      this.#series.set(key, series)
    }
    const seconds = durationMs / 1000
    let bucket = 0
    while (seconds > (SECONDS_BUCKETS[bucket] ?? Infinity)) bucket++
    series.counts[bucket] = (series.counts[bucket] ?? 0) + 1
    series.sumSeconds += seconds
  }

  #begin(values: readonly string[]): Series {
    const labels = this.#options.labelNames.map((label, at) => [label, values[at] ?? ''] as const)
    const counts = new Float64Array(SECONDS_BUCKETS.length + 1)
    return { labels: Object.fromEntries(labels), counts, sumSeconds: 0 }
  }

  #page() {
    const { name, help } = this.#options
    return {
      name,
      help,
      type: 'histogram',
      aggregator: 'sum',
      values: [...this.#series.values()].flatMap(lines),
    }

    function lines({ labels, counts, sumSeconds }: Series) {
      let count = 0
      const buckets = [...counts].map((more, bucket) => {
        count += more
        const le = SECONDS_BUCKETS[bucket] ?? '+Inf'
        return { metricName: `${name}_bucket`, labels: { le, ...labels }, value: count }
      })
      return [
        ...buckets,
        { metricName: `${name}_sum`, labels, value: sumSeconds },
        { metricName: `${name}_count`, labels, value: count },
      ]
    }
  }
}
