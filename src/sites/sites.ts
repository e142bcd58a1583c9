import { isDeepStrictEqual } from 'node:util'
import type { Request } from 'express'
import { createApp, createExpress, type App } from '../app.ts'
import { ConfigError, type Config, type SiteConfig, type SitesSource } from '../config.ts'
import { logOfSite } from '../log.ts'
import { createMetrics, mergedMetricsPage, type Metrics, type MetricsPage } from '../metrics.ts'
import { createLoadLimit } from '../middleware/load-limit.ts'
import { originOf } from '../middleware/origin-gate.ts'
import type { Readiness } from '../readiness.ts'
import { createSiteService, type GuestBffOptions, type ProcessParts } from '../service.ts'
import type { SessionMemory } from '../sessions/session-memory.ts'
import { createSiteTable } from './site-table.ts'
import { createRunningSite, type RunningSite } from './running-site.ts'
import { createSitesReadiness } from './sites-readiness.ts'

export interface Sites extends App {
  readonly readiness: Readiness
  /** What is counted of all sites, and of what is none's. */
  readonly metricsPage: MetricsPage
  readonly started: Promise<void>
  /**
   * Puts the sites as their file is now in place of those that are served; where it is wrong, they stay.
   */
  reload(): void
  readonly watchedFiles: () => readonly string[]
  drain(): void
  close(): Promise<void>
}

/** What an orchestrator asks: of the process, not of a site. */
const OF_THE_PROCESS: ReadonlySet<string> = new Set(['/healthz', '/readyz', '/metrics'])
const MAX_HINT_PROBLEMS = 3

/**
 * Several sites in one process. Each has a service of its own, which shares no token, attribute, limit or metric with
 * the others; this chooses the one that a request is for.
 */
export function createSites(
  config: Config,
  source: SitesSource,
  initial: readonly SiteConfig[],
  parts: ProcessParts & { readonly metrics: Metrics & MetricsPage },
  options: GuestBffOptions,
): Sites {
  const { log } = parts
  const metricsById = new Map<string, Metrics & MetricsPage>()
  const retired = new Set<RunningSite>()
  let running: readonly RunningSite[] = []
  let table = createSiteTable(running)
  const readiness = createSitesReadiness(() => running)
  parts.metrics.observeReadiness(() => readiness.report())
  const metricsPage = mergedMetricsPage(parts.metrics, () => [...metricsById.values()])

  function start({ id, config: siteConfig }: SiteConfig, memory?: SessionMemory): RunningSite {
    const metrics = metricsById.get(id) ?? createMetrics({ site: id })
    metricsById.set(id, metrics)
    const siteParts = { ...parts, log: logOfSite(log, id), metrics, noticeUntrustedProxy: undefined }
    const service = createSiteService(siteConfig, { ...siteParts, metricsPage: undefined, memory }, options)
    return createRunningSite(id, siteConfig, service)
  }

  function replace(wanted: readonly SiteConfig[]): void {
    const before = new Map(running.map((site) => [site.id, site]))
    running = wanted.map((site) => {
      const known = before.get(site.id)
      if (known === undefined || !isSame(known.config, site.config)) return start(site, known?.service.memory)
      known.service.replaceSessionKeys(site.config.session.keys)
      return known
    })
    table = createSiteTable(running)
    const kept = new Set(running)
    for (const site of before.values()) if (!kept.has(site)) retire(site)
  }

  function retire(site: RunningSite): void {
    retired.add(site)
    void site.retire().finally(() => {
      retired.delete(site)
      if (![...running, ...retired].some(({ id }) => id === site.id)) metricsById.delete(site.id)
    })
  }

  function serve(sites: readonly SiteConfig[]): void {
    replace(sites)
    readiness.addNotice({ name: 'sites-file', ok: true })
    log.info({ count: sites.length, reason: sites.map(({ id }) => id).join(', ') }, 'sites are served')
  }

  function reload(): void {
    try {
      serve(source.read())
    } catch (err) {
      const problems = err instanceof ConfigError ? err.problems : ['SITES_FILE could not be used']
      for (const reason of problems) log.error({ reason }, 'the sites stay as they were')
      if (!(err instanceof ConfigError)) log.error({ err }, 'the sites stay as they were')
      const hint = `${problems.slice(0, MAX_HINT_PROBLEMS).join('; ')}. The sites stay as they were.`
      readiness.addNotice({ name: 'sites-file', ok: false, essential: false, hint })
    }
  }

  const loadOfNoSite = createLoadLimit(config.limits.requestsInFlight)
  const ofNoSite = createApp({
    ...parts,
    config: { ...config, allowedOrigins: [] },
    metricsPage: config.managementPort === undefined ? metricsPage : undefined,
    report: () => readiness.report(),
    load: loadOfNoSite,
    noticeUntrustedProxy: undefined,
    site: undefined,
  })

  /** By `Origin` where there is one, and by nothing else then; without one by the host that is asked. */
  function siteOf(req: Request): RunningSite | undefined {
    const origin = originOf(req)
    if (origin !== undefined) return table.byOrigin(origin)
    return OF_THE_PROCESS.has(req.path) ? undefined : table.byHost(req.host)
  }

  serve(initial)
  const app = createExpress(config)
  if (parts.noticeUntrustedProxy) app.use(parts.noticeUntrustedProxy)
  app.use((req, res, next) => {
    const site = siteOf(req)
    const inner = (site?.service ?? ofNoSite).app
    // A request keeps the prototypes that it was born with, which spares most of what passing it on would cost.
    inner.request = app.request
    inner.response = app.response
    site?.holdOpen(res)
    void inner(req, res, next)
  })

  return {
    app,
    // Born with Express's prototypes by the server of `app`.
    shedLoad: (req, res, serve) => {
      const { shedLoad } = siteOf(req as Request)?.service ?? ofNoSite
      shedLoad(req, res, serve)
    },
    readiness,
    metricsPage,
    started: Promise.all(running.map(({ service }) => service.started)).then(() => undefined),
    reload,
    watchedFiles: () => source.files,
    drain() {
      for (const { service } of running) service.drain()
    },
    async close() {
      loadOfNoSite.close()
      await Promise.all([...running, ...retired].map((site) => site.close()))
    },
  }
}

/** Whether a site can go on as it is. What is read anew where it is used makes no difference. */
function isSame(before: Config, now: Config): boolean {
  return isDeepStrictEqual(comparable(before), comparable(now))
}

function comparable({ session, genesys, ...rest }: Config): object {
  const { oauth } = genesys
  return {
    ...rest,
    session: { ...session, keys: [] },
    genesys: {
      ...genesys,
      oauth: oauth?.clientSecretFile === undefined ? oauth : { ...oauth, clientSecret: '' },
    },
  }
}
