import type { Config } from './settings/config.ts'
import type { Log } from './observability/log.ts'
import type { Metrics } from './observability/metrics.ts'
import { createOriginGate, type OriginGate } from './middleware/origin-gate.ts'
import { createRateLimits, type CountShared, type RateLimits } from './middleware/rate-limits.ts'
import { securityHeaders, type SecurityHeaders } from './middleware/security-headers.ts'

/** The middleware that runs before a site's routes, with the site's settings. */
export interface SiteMiddleware {
  readonly log: Log
  readonly metrics: Metrics
  readonly publicUrl: string
  readonly hints: boolean
  readonly gate: OriginGate
  readonly rate: RateLimits
  /** Headers for every response. */
  readonly headers: SecurityHeaders
}

export function createSiteMiddleware(
  config: Config,
  parts: {
    readonly log: Log
    readonly metrics: Metrics
    /** Whether the middleware belongs to a site. For requests that match no site, it allows no origin. */
    readonly isOfSite: boolean
    /** Counts across all replicas; undefined if they share nothing. */
    readonly countRateLimit?: CountShared | undefined
  },
): SiteMiddleware {
  const { log, metrics, isOfSite, countRateLimit } = parts
  const { publicUrl, problemHints: hints } = config
  const credential = config.visitorWebhook?.credential
  return {
    log,
    metrics,
    publicUrl,
    hints,
    gate: createOriginGate({
      // The site was chosen by the origin, so the site allows it.
      isAllowed: () => isOfSite,
      allowNoOrigin: config.allowNoOrigin,
      credentials: config.session.cookie || credential?.kind === 'cookie',
      moreRequestHeaders: credential?.kind === 'header' ? [credential.name] : [],
      explainRefusals: hints,
      onRefused: (origin) =>
        log.warn(
          {
            reason: origin,
            hint: 'If this website is yours, add it to ALLOWED_ORIGINS, or to a site in SITES_FILE.',
          },
          'an origin was refused',
        ),
    }),
    rate: createRateLimits(config.rate, countRateLimit),
    headers: securityHeaders({
      pictureOrigins: pictureOrigins(config),
      // If PUBLIC_URL has a path, the service shares its host with a website, and must not set a policy for the host
      // and its subdomains.
      isHttpsOnly: /^https:\/\/[^/]+$/.test(publicUrl),
    }),
  }
}

/** Genesys' files have https addresses, which need no entry. A local simulator's files have http addresses. */
function pictureOrigins({ genesys }: Config): string[] {
  const { apiUrl } = genesys.hosts
  return apiUrl.startsWith('http:') ? [new URL(apiUrl).origin] : []
}
