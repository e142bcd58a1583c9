import type { Express, RequestHandler } from 'express'
import { ConfigError, type Config, type KeysFile } from './config.ts'
import type { ShedLoad } from './server/http-server.ts'
import { createLog, type Log } from './log.ts'
import { standardLogOutput, type LogOutput } from './log-output.ts'
import { createManagementApp } from './management-app.ts'
import { createMetrics, type Metrics, type MetricsPage } from './metrics.ts'
import { noticeUntrustedProxy } from './middleware/client-address.ts'
import type { Readiness, ReadinessCheck } from './readiness.ts'
import { StreamUpkeep } from './server/event-stream.ts'
import { createSiteService, type GuestBffOptions, type ProcessParts, type SiteService } from './service.ts'
import { watchFiles } from './settings/watched-files.ts'
import { createSites } from './sites/sites.ts'
import { monotonicNow as processMonotonicNow } from './upstream/monotonic-now.ts'

export type { GuestBffOptions } from './service.ts'

/** The whole service, ready to be listened with, or mounted in another Express app under any path. */
export interface GuestBff {
  readonly app: Express
  /** Answers a request that there is no time for, before `app` sees it: for the server of `app`. */
  readonly shedLoad: ShedLoad
  /** Health, readiness and metrics, for `MANAGEMENT_PORT`. */
  readonly managementApp: Express
  readonly log: Log
  readonly readiness: Readiness
  /** Resolves within a second, when what replicas share is there or is known not to be. */
  readonly started: Promise<void>
  /** Reads anew the files of settings, which are also read when they change; undefined where there are none. */
  readonly reload?: (() => void) | undefined
  /** Reports not ready from now on. What comes is still served. */
  startDraining(): void
  /** The same, and tells pages with a live stream to come back, to another replica. */
  drain(): void
  /** Ends streams and upstream connections. Guests' sessions live on at Genesys. */
  close(): Promise<void>
}

/** Builds the whole service. It opens no port and reads no environment. */
export function createGuestBff(config: Config, options: GuestBffOptions = {}): GuestBff {
  const initialSites = config.sites?.read()
  const { now = Date.now, monotonicNow = options.now ?? processMonotonicNow } = options
  const log = options.log ?? createLog({ level: config.logLevel, thirdPartyMessages: !config.production })
  const metrics = createMetrics({ processMetrics: config.production })
  const streamUpkeep = new StreamUpkeep()
  let isMounted = false
  const parts = {
    log,
    metrics,
    streamUpkeep,
    noticeUntrustedProxy:
      config.trustProxy === 0
        ? untrustedProxyNotice(log, (notice) => served.readiness.addNotice(notice))
        : undefined,
    isMounted: () => isMounted,
    now,
    monotonicNow,
  }
  const served: Served = config.sites
    ? createSites(config, config.sites, initialSites ?? [], parts, options)
    : createOnlySite(config, parts, options)
  if (options.log === undefined) reportLogOutput(standardLogOutput(), metrics, served.readiness)
  served.app.once('mount', () => {
    isMounted = true
  })
  for (const reason of config.warnings) log.warn({ reason }, 'check the settings')
  if (config.session.keysAreEphemeral) {
    log.warn(
      { reason: 'SESSION_KEYS is not set' },
      'guest sessions end when this process ends: it generated its own key',
    )
  }

  const { app, shedLoad, readiness, metricsPage } = served
  const drain = () => {
    readiness.startDraining()
    served.drain()
  }
  const reloading = served.reload && reloadOnChange(served.reload, served.watchedFiles)
  return {
    app,
    shedLoad,
    managementApp: createManagementApp({ log, metrics: metricsPage, readiness }),
    log,
    readiness,
    started: served.started,
    reload: reloading?.reload,
    startDraining: () => readiness.startDraining(),
    drain,
    async close() {
      reloading?.close()
      drain()
      await served.close()
      streamUpkeep.close()
    },
  }
}

/** One site, or several. */
interface Served extends Pick<SiteService, 'app' | 'shedLoad' | 'readiness' | 'started' | 'drain' | 'close'> {
  readonly metricsPage: MetricsPage
  readonly reload?: (() => void) | undefined
  readonly watchedFiles: () => readonly string[]
}

function createOnlySite(
  config: Config,
  parts: ProcessParts & { readonly metrics: Metrics & MetricsPage },
  options: GuestBffOptions,
): Served {
  const { metrics } = parts
  const metricsPage = config.managementPort === undefined ? metrics : undefined
  const site = createSiteService(config, { ...parts, metricsPage }, options)
  const { keysFile } = config.session
  return {
    ...site,
    metricsPage: metrics,
    watchedFiles: () => (keysFile ? [keysFile.path] : []),
    reload: keysFile && (() => reloadKeys(keysFile, site, parts.log)),
  }
}

function reloadKeys(file: KeysFile, site: SiteService, log: Log): void {
  const { readiness } = site
  try {
    site.replaceSessionKeys(file.read())
    readiness.addNotice({ name: 'session-keys-file', ok: true })
  } catch (error) {
    const problems = error instanceof ConfigError ? error.problems : ['SESSION_KEYS_FILE could not be used']
    const hint = `${problems.join('; ')}. The session keys stay as they were.`
    log.error({ hint }, 'the session keys stay as they were')
    readiness.addNotice({ name: 'session-keys-file', ok: false, essential: false, hint })
  }
}

/** Reloads whenever one of the files has changed that were read last. */
function reloadOnChange(load: () => void, files: () => readonly string[]) {
  const reload = () => {
    load()
    watched.watch(files())
  }
  const watched = watchFiles(reload)
  watched.watch(files())
  return { reload, close: () => watched.close() }
}

function reportLogOutput(output: LogOutput, metrics: Metrics, readiness: Readiness): void {
  metrics.observeLog(() => output.droppedLines)
  const notice = () => {
    const { failure } = output
    const hint = `The log cannot be written to standard output (${failure}): lines wait, and are dropped when there are too many.`
    const state = failure === undefined ? { ok: true } : { ok: false, essential: false, hint }
    readiness.addNotice({ name: 'log', ...state })
  }
  output.onChange(notice)
  if (output.failure !== undefined) notice()
}

function untrustedProxyNotice(log: Log, addNotice: (notice: ReadinessCheck) => void): RequestHandler {
  return noticeUntrustedProxy((header) => {
    const hint = `Requests bring ${header}, and TRUST_PROXY trusts no proxy: all guests share its address.`
    log.warn({ hint }, 'a proxy is not trusted')
    addNotice({ name: 'trust-proxy', ok: false, hint })
  })
}
