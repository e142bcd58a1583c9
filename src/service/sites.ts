import { isDeepStrictEqual } from 'node:util'
import type { Request, RequestHandler } from 'express'
import { ConfigError, type Config, type SiteConfig, type SitesSource } from './settings/config.ts'
import { logOfSite } from './observability/log.ts'
import { createMetrics, mergedMetricsPage, type Metrics, type MetricsPage } from './observability/metrics.ts'
import { originOf } from './middleware/origin-gate.ts'
import { parseOriginPattern } from './urls/origin-patterns.ts'
import { reportOf, type SiteChecks } from './readiness.ts'
import type { ReadinessCheck } from './observability/readiness-report.ts'
import { whenClosed } from './http-server/when-closed.ts'
import { createSite, type GuestBffOptions, type ProcessParts, type Site } from './site.ts'
import { createSiteMiddleware } from './site-middleware.ts'

export interface Sites {
  /** Chooses the site for a request, or the middleware for requests that match no site. */
  readonly choose: RequestHandler
  readonly checks: () => Promise<SiteChecks[]>
  readonly started: Promise<void>
  /** Reads the source again and replaces changed sites. If the source is invalid, the sites stay unchanged. */
  reload(): void
  readonly watchedFiles: () => readonly string[]
  readonly metricsPage: MetricsPage
  /** Asks pages with an event stream to reconnect. */
  reconnectPages(): void
  close(): Promise<void>
}

const MAX_HINT_PROBLEMS = 3
const MAX_ORIGIN_CHARS = 300

export interface SitesParts extends ProcessParts {
  readonly metrics: Metrics & MetricsPage
  readonly addNotice: (notice: ReadinessCheck) => void
}

/**
 * The sites of a process: those in `SITES_FILE`, or the one that the environment configures. Sites share no token,
 * attribute, rate limit or metric with each other.
 */
export function createSites(
  config: Config,
  source: SitesSource,
  parts: SitesParts,
  options: GuestBffOptions,
): Sites {
  const { log, metrics, addNotice } = parts
  const fallback = createSiteMiddleware(config, { ...parts, isOfSite: false })
  const metricsById = new Map<string, Metrics & MetricsPage>()
  /** The number of open responses of each site, including replaced sites. */
  const openResponses = new Map<Site, number>()
  let sites: readonly Site[] = []
  let table = createSiteTable(sites)

  function start({ id, config: siteConfig }: SiteConfig, former?: Site): Site {
    const own = id === undefined ? parts : { ...parts, log: logOfSite(log, id), metrics: metricsOf(id) }
    const site = createSite({ id, config: siteConfig, memory: former?.memory }, own, options)
    if (id !== undefined)
      own.metrics.observeReadiness(async () => reportOf([{ site: undefined, checks: await site.checks() }]))
    openResponses.set(site, 0)
    return site
  }

  function metricsOf(id: string): Metrics & MetricsPage {
    const known = metricsById.get(id) ?? createMetrics({ site: id })
    metricsById.set(id, known)
    return known
  }

  function replace(wanted: readonly SiteConfig[]): void {
    const before = new Map(sites.map((site) => [site.id, site]))
    sites = wanted.map((each) => {
      const known = before.get(each.id)
      if (known === undefined || !isSame(known.config, each.config)) return start(each, known)
      known.replaceSessionKeys(each.config.session.keys)
      return known
    })
    table = createSiteTable(sites)
    for (const site of before.values()) {
      if (sites.includes(site)) continue
      site.reconnectPages()
      closeIfUnused(site)
    }
  }

  /** Closes a replaced site, once it has no open responses. */
  function closeIfUnused(site: Site): void {
    if (sites.includes(site) || openResponses.get(site) !== 0) return
    openResponses.delete(site)
    void site.close()
    if (![...openResponses.keys()].some(({ id }) => id === site.id)) metricsById.delete(String(site.id))
  }

  function serve(wanted: readonly SiteConfig[]): void {
    replace(wanted)
    if (source.name === undefined) return
    addNotice({ name: source.name, ok: true })
    const ids = sites.flatMap(({ id }) => id ?? [])
    if (ids.length > 0) log.info({ count: ids.length, reason: ids.join(', ') }, 'sites are served')
  }

  function reload(): void {
    try {
      serve(source.read())
      log.info({ reason: source.name }, 'the settings were read again')
    } catch (err) {
      const problems = err instanceof ConfigError ? err.problems : ['the file could not be used']
      for (const reason of problems) log.error({ reason }, 'the settings stay as they were')
      if (!(err instanceof ConfigError)) log.error({ err }, 'the settings stay as they were')
      const hint = `${problems.slice(0, MAX_HINT_PROBLEMS).join('; ')}. The settings stay as they were.`
      if (source.name) addNotice({ name: source.name, ok: false, essential: false, hint })
    }
  }

  /**
   * If the request has an `Origin`, it alone determines the site. Otherwise, this is the only site or, if there are
   * several, the one with the requested host.
   */
  function siteOf(req: Request): Site | undefined {
    const origin = originOf(req)
    if (origin !== undefined) return table.byOrigin(origin)
    return sites.length === 1 ? sites[0] : table.byHost(req.host)
  }

  serve(source.read())
  return {
    choose(req, res, next) {
      const site = siteOf(req)
      res.locals.siteMiddleware = site?.middleware ?? fallback
      if (site) {
        res.locals.site = site
        openResponses.set(site, (openResponses.get(site) ?? 0) + 1)
        whenClosed(res, () => {
          openResponses.set(site, (openResponses.get(site) ?? 1) - 1)
          closeIfUnused(site)
        })
      }
      next()
    },
    checks: () => Promise.all(sites.map(async ({ id, checks }) => ({ site: id, checks: await checks() }))),
    started: Promise.all(sites.map(({ started }) => started)).then(() => undefined),
    reload,
    watchedFiles: () => source.files,
    metricsPage: mergedMetricsPage(metrics, () => [...metricsById.values()]),
    reconnectPages() {
      for (const site of sites) site.reconnectPages()
    },
    async close() {
      await Promise.all([...openResponses.keys()].map((site) => site.close()))
    },
  }
}

/** Finds the site for a request by the page's origin or by the requested host. */
interface SiteTable {
  /** An exact origin takes precedence over a wildcard, and a longer wildcard over a shorter one. */
  byOrigin(origin: string): Site | undefined
  /** For requests without `Origin`; also undefined if several sites have the host. */
  byHost(host: string): Site | undefined
}

function createSiteTable(sites: readonly Site[]): SiteTable {
  const patterns = sites
    .flatMap((site) =>
      site.config.allowedOrigins.map((text) => ({ site, text, ...parseOriginPattern(text) })),
    )
    .sort((a, b) => b.text.length - a.text.length)
  const wildcards = patterns.filter(({ text }) => text.includes('*'))
  const exact = patterns
    .filter(({ text }) => !text.includes('*'))
    .map(({ site, text }) => ({ site, url: new URL(text) }))
  const siteByOrigin = new Map(exact.map(({ site, url }) => [url.origin, site]))

  const sitesByHost = new Map<string, Set<Site>>()
  const addHost = (host: string, site: Site) =>
    sitesByHost.set(host, (sitesByHost.get(host) ?? new Set<Site>()).add(site))
  for (const { site, url } of exact) addHost(url.host, site)
  for (const site of sites) {
    const { publicUrl } = site.config
    if (publicUrl !== '') addHost(new URL(publicUrl).host, site)
  }

  const byOrigin = (origin: string) =>
    siteByOrigin.get(origin) ??
    (origin.length > MAX_ORIGIN_CHARS ? undefined : wildcards.find(({ matches }) => matches(origin))?.site)
  return {
    byOrigin,
    byHost(host) {
      const own = sitesByHost.get(host)
      const wild = own ? [] : [byOrigin(`https://${host}`), byOrigin(`http://${host}`)]
      const found = own ?? new Set(wild.filter((site) => site !== undefined))
      return found.size === 1 ? [...found][0] : undefined
    },
  }
}

/** Whether a site can keep running with the new settings. Ignores settings that can change while it runs. */
function isSame(before: Config, now: Config): boolean {
  return isDeepStrictEqual(comparable(before), comparable(now))
}

function comparable({ session, genesys, ...rest }: Config): object {
  const { oauth } = genesys
  return {
    ...rest,
    sites: undefined,
    session: { ...session, keys: [], keysFile: undefined },
    genesys: {
      ...genesys,
      oauth: oauth?.clientSecretFile === undefined ? oauth : { ...oauth, clientSecret: '' },
    },
  }
}
