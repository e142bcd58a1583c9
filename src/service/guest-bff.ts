import type { Express, RequestHandler } from 'express'
import { createApp } from './app.ts'
import type { Config, SitesSource } from './settings/config.ts'
import { createLog, type Log } from './observability/log.ts'
import { standardLogOutput, type LogOutput } from './observability/log-output.ts'
import { createLogSampler } from './observability/log-sampler.ts'
import { createManagementApp } from './management-app.ts'
import { createMetrics, type Metrics } from './observability/metrics.ts'
import { noticeUntrustedProxy } from './middleware/client-address.ts'
import { createReadiness, type Readiness } from './readiness.ts'
import type { ReadinessCheck } from './observability/readiness-report.ts'
import { limitOpen } from './http-server/open-limit.ts'
import { StreamUpkeep } from './http-server/event-stream.ts'
import { ServiceState } from './service-state.ts'
import { watchFiles } from './settings/watched-files.ts'
import type { GuestBffOptions } from './site.ts'
import { createSites } from './sites.ts'
import { createUpstreamTracing } from './observability/tracing.ts'
import { traceRequest } from './middleware/trace-request.ts'
import { monotonicNow as processMonotonicNow } from './time/monotonic-now.ts'

export type { GuestBffOptions } from './site.ts'

/** The whole service, ready to listen or to be mounted in another Express app under any path. */
export interface GuestBff {
  readonly app: Express
  /** Health, readiness and metrics, for `MANAGEMENT_PORT`. */
  readonly managementApp: Express
  readonly log: Log
  readonly readiness: Readiness
  /** The number of requests that are being served. */
  readonly requestsInFlight: number
  /** Counts and logs a connection that was closed because of a limit. The server of `app` calls this method. */
  noteDroppedConnection(): void
  /** Resolves as soon as it is known whether the shared state is available, and after a second at most. */
  readonly started: Promise<void>
  /** Reads the settings files again. This also happens when a file changes. Undefined if there are no such files. */
  readonly reload?: (() => void) | undefined
  /** Makes the service report that it is not ready, and ask clients to close their connections. Requests are still served. */
  startDraining(): void
  /** Starts draining, rejects new event streams, and asks pages with an open one to reconnect to another replica. */
  drain(): void
  /** Ends streams and upstream connections. Guests' sessions continue at Genesys. */
  close(): Promise<void>
}

const TOO_MANY_CONNECTIONS =
  'The process has reached its connection limit (a third of its open-file limit), one address holds hundreds of connections without a request, or a connection had more than 16 requests in flight.'

/** Creates the whole service. It opens no port and reads no environment variable. */
export function createGuestBff(config: Config, options: GuestBffOptions = {}): GuestBff {
  const { now = Date.now, monotonicNow = options.now ?? processMonotonicNow } = options
  const log = options.log ?? createLog({ level: config.logLevel, thirdPartyMessages: !config.production })
  const metrics = createMetrics({ processMetrics: config.production })
  const state = new ServiceState()
  const streamUpkeep = new StreamUpkeep()
  const tracing = createUpstreamTracing()
  const { requestsInFlight: max, requestsInFlightPerAddress: maxPerKey } = config.limits
  const inFlight = limitOpen({ max, maxPerKey })
  metrics.countInFlight(() => inFlight.open)
  const readiness = createReadiness({ sites: () => sites.checks(), state })
  const parts = {
    log,
    metrics,
    state,
    streamUpkeep,
    tracing,
    addNotice: (notice: ReadinessCheck) => readiness.addNotice(notice),
    now,
    monotonicNow,
  }
  const source = config.sites ?? onlySite(config)
  const sites = createSites(config, source, parts, options)
  metrics.observeReadiness(() => readiness.report())
  if (options.log === undefined) reportLogOutput(standardLogOutput(), metrics, readiness)
  const app = createApp({
    config,
    sites,
    inFlight,
    readiness,
    state,
    metricsPage: config.managementPort === undefined ? sites.metricsPage : undefined,
    noticeUntrustedProxy: config.trustProxy === 0 ? untrustedProxyNotice(log, readiness) : undefined,
    traceRequest: tracing && traceRequest,
  })
  for (const reason of config.warnings) log.warn({ reason }, 'check the settings')
  if (config.session.keysAreEphemeral) {
    log.warn(
      { reason: 'SESSION_KEYS is not set' },
      'guest sessions end with this process, because it generated its own key',
    )
  }

  const sampleDropped = createLogSampler()
  const reload = () => {
    sites.reload()
    watched?.watch(source.files)
  }
  const watched = source.files.length === 0 ? undefined : watchFiles(reload)
  watched?.watch(source.files)

  const drain = () => {
    state.close()
    sites.reconnectPages()
  }
  return {
    app,
    managementApp: createManagementApp({ log, metrics: sites.metricsPage, readiness }),
    log,
    readiness,
    get requestsInFlight() {
      return inFlight.open
    },
    noteDroppedConnection: () => {
      metrics.connectionDropped()
      const count = sampleDropped('connection')
      if (count !== undefined) log.warn({ count, hint: TOO_MANY_CONNECTIONS }, 'connections were closed')
    },
    started: sites.started,
    reload: watched && reload,
    startDraining: () => state.drain(),
    drain,
    async close() {
      watched?.close()
      drain()
      await sites.close()
      streamUpkeep.close()
    },
  }
}

/** The single site that the environment configures. Its session keys are read again when their file changes. */
function onlySite(config: Config): SitesSource {
  const { keysFile } = config.session
  return {
    name: keysFile && 'session-keys-file',
    files: keysFile ? [keysFile.path] : [],
    read() {
      const keys = keysFile?.read() ?? config.session.keys
      return [{ id: undefined, config: { ...config, session: { ...config.session, keys } } }]
    },
  }
}

function reportLogOutput(output: LogOutput, metrics: Metrics, readiness: Readiness): void {
  metrics.observeLog(() => output.droppedLines)
  const notice = () => {
    const { failure } = output
    const hint = `The log cannot be written to standard output (${failure}): lines are queued, and dropped when the queue is full.`
    const state = failure === undefined ? { ok: true } : { ok: false, essential: false, hint }
    readiness.addNotice({ name: 'log', ...state })
  }
  output.onChange(notice)
  if (output.failure !== undefined) notice()
}

function untrustedProxyNotice(log: Log, readiness: Readiness): RequestHandler {
  return noticeUntrustedProxy((header) => {
    const hint = `Requests have ${header}, but TRUST_PROXY trusts no proxy: all guests share the proxy's address.`
    log.warn({ hint }, 'a proxy is not trusted')
    readiness.addNotice({ name: 'trust-proxy', ok: false, hint })
  })
}
