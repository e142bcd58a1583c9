import { setTimeout as wait } from 'node:timers/promises'
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { SocketObserver } from './socket-observer.ts'
import type { ReadinessReport } from './readiness-report.ts'

export interface EndedRequest {
  readonly method: string
  /** The route's pattern, never the path. */
  readonly route: string
  readonly status: number
  readonly durationMs: number
}

export interface UpstreamCall {
  /** A constant from the caller, such as `read_history`; never derived from a request. */
  readonly operation: string
  /** `ok`, `http_` followed by a status, or the cause of a failed call, such as `timeout`. */
  readonly outcome: string
  readonly durationMs?: number | undefined
}

/** Receives what the parts of the service report. Only this file determines how it is counted. */
export interface Metrics {
  requestEnded(request: EndedRequest): void
  problemAnswered(code: string): void
  /** A connection was closed because of a limit. */
  connectionDropped(): void
  upstreamCallEnded(call: UpstreamCall): void
  tokenRefreshed(outcome: string): void
  /** An unexpected error in this service ended one guest's connection or stream. */
  unexpectedErrorThrown(operation: string): void
  /** Counts an open event stream until the returned function is called; a second call does nothing. */
  streamOpened(): () => void
  /** Counts guests' sockets to Genesys: attempts to connect, open sockets and lost ones. */
  readonly upstreamSockets: SocketObserver
  /** Exposes the configured limits next to the current values. */
  setLimits(limits: { readonly liveStreams: number; readonly connectionsPerMinute: number }): void
  /** Checks readiness each time the metrics are read. */
  observeReadiness(report: () => Promise<ReadinessReport>): void
  /** A Redis command failed, or got no response. */
  redisCommandFailed(): void
  /** Checks whether Redis is available each time the metrics are read. */
  observeRedis(redis: { readonly isAvailable: boolean; readonly roundTripMs: number | undefined }): void
  /** Reads the number of dropped log lines each time the metrics are read. */
  observeLog(droppedLines: () => number): void
  /** Calls `read` for the number of requests in flight each time the metrics are read. */
  countInFlight(read: () => number): void
  /** Calls `read` for the number of requests whose body is being received each time the metrics are read. */
  countBodies(read: () => number): void
}

export interface MetricsPage {
  readonly contentType: string
  /** All metrics in Prometheus' text format. */
  text(): Promise<string>
}

export interface MetricsOptions {
  /**
   * Whether the process's memory, CPU time and event loop are measured too. Default: false, because the
   * measurement continues until the process ends.
   */
  readonly processMetrics?: boolean
  /** With several sites, the value of the label `site`. */
  readonly site?: string
}

/** Most requests end within `UPSTREAM_TIMEOUT_MS`; uploads and streams can take longer than the last bucket. */
const SECONDS_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]

function createInstruments(registers: Registry[]) {
  const requests = new Histogram({
    name: 'guest_bff_request_duration_seconds',
    help: 'Duration of requests in seconds. An event stream is counted when it ends.',
    labelNames: ['method', 'route', 'status'],
    buckets: SECONDS_BUCKETS,
    registers,
  })
  const problems = new Counter({
    name: 'guest_bff_problems_total',
    help: 'Responses with problem details, by code.',
    labelNames: ['code'],
    registers,
  })
  // Starts at 0, because Prometheus' rate() ignores the first value of a counter, and would miss the first error.
  problems.inc({ code: 'internal_error' }, 0)
  const refusedOrigins = new Counter({
    name: 'guest_bff_refused_origins_total',
    help: 'Requests from a website that is not in ALLOWED_ORIGINS.',
    registers,
  })
  const droppedConnections = new Counter({
    name: 'guest_bff_dropped_connections_total',
    help: 'Connections that were closed because there were too many.',
    registers,
  })
  const upstreamCalls = new Histogram({
    name: 'guest_bff_upstream_call_duration_seconds',
    help: 'Duration of calls to Genesys Cloud in seconds; outcome is ok, http_ followed by a status, or why there was no response.',
    labelNames: ['operation', 'outcome'],
    buckets: SECONDS_BUCKETS,
    registers,
  })
  const tokenRefreshes = new Counter({
    name: 'guest_bff_token_refreshes_total',
    help: 'OAuth token requests; outcome is ok, http_ followed by a status, or why there was no response.',
    labelNames: ['outcome'],
    registers,
  })
  const unexpectedErrors = new Counter({
    name: 'guest_bff_unexpected_errors_total',
    help: "Unexpected errors in this service; each ended one guest's connection or stream.",
    labelNames: ['operation'],
    registers,
  })
  const streams = new Gauge({
    name: 'guest_bff_live_streams',
    help: 'Open streams of live events.',
    registers,
  })
  const sockets = new Gauge({
    name: 'guest_bff_upstream_sockets',
    help: 'Open guest sockets to Genesys Cloud.',
    registers,
  })
  const connections = new Counter({
    name: 'guest_bff_upstream_connections_total',
    help: 'Attempts to connect a guest socket to Genesys Cloud; outcome is ok, http_ followed by a status, or why the attempt failed.',
    labelNames: ['outcome'],
    registers,
  })
  const lostSockets = new Counter({
    name: 'guest_bff_lost_upstream_sockets_total',
    help: 'Open guest sockets that were lost, by reason: closed (by Genesys), broken, silent, not_configured, refused, unexpected_error.',
    labelNames: ['reason'],
    registers,
  })
  return {
    requests,
    problems,
    refusedOrigins,
    droppedConnections,
    upstreamCalls,
    tokenRefreshes,
    unexpectedErrors,
    streams,
    sockets,
    connections,
    lostSockets,
  }
}

/** Metrics with their own registry, so that two services in one process have separate counts. */
export function createMetrics({ processMetrics = false, site }: MetricsOptions = {}): Metrics & MetricsPage {
  const registry = new Registry()
  const registers = [registry]
  if (site !== undefined) registry.setDefaultLabels({ site })
  if (processMetrics) collectDefaultMetrics({ register: registry })

  const {
    requests,
    problems,
    refusedOrigins,
    droppedConnections,
    upstreamCalls,
    tokenRefreshes,
    unexpectedErrors,
    streams,
    sockets,
    connections,
    lostSockets,
  } = createInstruments(registers)
  let redisFailures: Counter | undefined
  const boundedRoute = boundedLabel(64)
  const boundedOperation = boundedLabel(64)
  const boundedOutcome = boundedLabel(64)

  return {
    requestEnded: ({ method, route, status, durationMs }) =>
      requests.observe(
        { method: knownMethod(method), route: boundedRoute(route), status },
        durationMs / 1000,
      ),
    problemAnswered(code) {
      problems.inc({ code: boundedOutcome(code) })
      if (code === 'origin_not_allowed') refusedOrigins.inc()
    },
    connectionDropped: () => droppedConnections.inc(),
    upstreamCallEnded: ({ operation, outcome, durationMs = 0 }) =>
      upstreamCalls.observe(
        { operation: boundedOperation(operation), outcome: boundedOutcome(outcome) },
        durationMs / 1000,
      ),
    tokenRefreshed: (outcome) => tokenRefreshes.inc({ outcome: boundedOutcome(outcome) }),
    unexpectedErrorThrown: (operation) => unexpectedErrors.inc({ operation: boundedOperation(operation) }),
    streamOpened: () => countOpen(streams),
    upstreamSockets: {
      connectionAttempted: (outcome) => connections.inc({ outcome: boundedOutcome(outcome) }),
      socketOpened: () => countOpen(sockets),
      socketLost: (reason) => lostSockets.inc({ reason }),
    },
    setLimits({ liveStreams, connectionsPerMinute }) {
      const streamLimit = { name: 'live_streams_limit', help: 'MAX_EVENT_STREAMS in this process.' }
      constant(registry, streamLimit, liveStreams)
      const help = 'GENESYS_CONNECTIONS_PER_MINUTE in this process.'
      constant(registry, { name: 'upstream_connections_per_minute_limit', help }, connectionsPerMinute)
    },
    observeReadiness: (report) => observeReadiness(registry, report),
    countInFlight: (read) => countedBy(registry, 'requests_in_flight', 'Requests in flight.', read),
    countBodies: (read) =>
      countedBy(registry, 'requests_arriving', 'Requests whose body is being received.', read),
    redisCommandFailed: () => redisFailures?.inc(),
    observeRedis(redis) {
      redisFailures ??= new Counter({
        name: 'guest_bff_redis_failures_total',
        help: 'Redis commands that failed or timed out; the process then continued without shared state.',
        registers,
      })
      countedBy(registry, 'redis_available', '1 while replicas share their state through Redis.', () =>
        Number(redis.isAvailable),
      )
      countedBy(
        registry,
        'redis_round_trip_seconds',
        'Round-trip time of the fastest Redis command in the last batch of ten.',
        () => (redis.roundTripMs ?? 0) / 1000,
      )
    },
    observeLog: (droppedLines) =>
      countedBy(registry, 'log_lines_dropped', 'Log lines that could not be written.', droppedLines),
    contentType: registry.contentType,
    text: () => registry.metrics(),
  }
}

/** Merges several metrics pages: each metric appears once, with the values from all pages. */
export function mergedMetricsPage(first: MetricsPage, others: () => readonly MetricsPage[]): MetricsPage {
  return {
    contentType: first.contentType,
    async text() {
      if (others().length === 0) return first.text()
      const texts = await Promise.all([first, ...others()].map((page) => page.text()))
      const valuesByMetric = new Map<string, string[]>()
      for (const block of texts.flatMap((text) => text.trimEnd().split('\n\n'))) {
        const lines = block.split('\n')
        const headEnd = lines.findIndex((line) => line.startsWith('# TYPE ')) + 1
        const head = lines.slice(0, headEnd).join('\n')
        valuesByMetric.set(head, [...(valuesByMetric.get(head) ?? []), ...lines.slice(headEnd)])
      }
      return [...valuesByMetric].map(([head, values]) => [head, ...values, ''].join('\n')).join('\n')
    },
  }
}

function countedBy(registry: Registry, name: string, help: string, read: () => number): void {
  const collect = (): void => gauge.set(read())
  registry.removeSingleMetric(`guest_bff_${name}`)
  const gauge: Gauge = new Gauge({ name: `guest_bff_${name}`, help, registers: [registry], collect })
}

function constant(registry: Registry, { name, help }: { name: string; help: string }, value: number): void {
  registry.removeSingleMetric(`guest_bff_${name}`)
  new Gauge({ name: `guest_bff_${name}`, help, registers: [registry] }).set(value)
}

const READINESS_NAMES = ['guest_bff_readiness', 'guest_bff_failed_readiness_checks']
const READINESS_STATUSES: readonly ReadinessReport['status'][] = ['ready', 'degraded', 'not ready']
/** Prometheus waits ten seconds for the metrics by default; a host that does not respond must not use up that time. */
const READINESS_WAIT_MS = 1000

function observeReadiness(registry: Registry, report: () => Promise<ReadinessReport>): void {
  const registers = [registry]
  for (const name of READINESS_NAMES) registry.removeSingleMetric(name)
  const readReport = () =>
    Promise.race([report(), wait(READINESS_WAIT_MS, undefined, { ref: false })]).catch(() => undefined)
  const status = new Gauge({
    name: 'guest_bff_readiness',
    help: '1 for the status that /readyz reports: ready, degraded or not_ready.',
    labelNames: ['status'],
    registers,
    async collect() {
      const known = await readReport()
      if (known === undefined) return
      for (const each of READINESS_STATUSES)
        status.set({ status: snakeCase(each) }, each === known.status ? 1 : 0)
    },
  })
  const failedChecks = new Gauge({
    name: 'guest_bff_failed_readiness_checks',
    help: '1 for each /readyz check that fails, with its problem code.',
    labelNames: ['check', 'code'],
    registers,
    async collect() {
      const known = await readReport()
      if (known === undefined) return
      failedChecks.reset()
      for (const { name, ok, code = 'none' } of known.checks)
        if (!ok) failedChecks.set({ check: snakeCase(name), code }, 1)
    },
  })
}

function countOpen(gauge: Gauge): () => void {
  gauge.inc()
  let open = true
  return () => {
    if (open) gauge.dec()
    open = false
  }
}

function snakeCase(text: string): string {
  return text.toLowerCase().replace(/[^a-z0-9]+/g, '_')
}

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH'])

/** Node.js accepts about thirty methods; callers must not be able to create that many series for each route. */
function knownMethod(method: string): string {
  return METHODS.has(method) ? method : 'other'
}

/** Limits a label to its first `max` values. Callers pass constants; the limit guards against a mistake. */
function boundedLabel(max: number): (value: string) => string {
  const seen = new Set<string>()
  return (value) => {
    if (seen.has(value)) return value
    if (seen.size >= max) return 'other'
    seen.add(value)
    return value
  }
}
