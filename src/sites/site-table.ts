import { parseOriginPattern } from '../middleware/origin-patterns.ts'

/** Whose a request is, by the page that it comes from or the host that it asks. */
export interface SiteTable<Site> {
  /** An exact origin goes before a wildcard, and a longer one before a shorter. */
  byOrigin(origin: string): Site | undefined
  /** For requests without `Origin`; undefined also where a host is that of several sites. */
  byHost(host: string): Site | undefined
}

export interface SiteAddresses {
  readonly allowedOrigins: readonly string[]
  /** `''` where it is not known. */
  readonly publicUrl: string
}

export function createSiteTable<Site extends { readonly config: SiteAddresses }>(
  sites: readonly Site[],
): SiteTable<Site> {
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

const MAX_ORIGIN_CHARS = 300
