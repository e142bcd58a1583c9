export interface ReadinessCheck {
  readonly name:
    | 'oauth'
    | 'deployment'
    | 'allowed-domains'
    | 'draining'
    | 'trust-proxy'
    | 'redis'
    | 'sites-file'
    | 'session-keys-file'
    | 'log'
    | 'availability'
    | 'visitor-webhook'
    | 'survey'
    | 'journey'
    | 'blocklist'
    | 'knowledge'
  /** The id of the site, if there are several sites. */
  readonly site?: string
  readonly ok: boolean
  /** For a failed check: whether no guest can be served until it is fixed. */
  readonly essential?: boolean
  /** A code from the problem catalogue. */
  readonly code?: string
  readonly hint?: string
}

export interface ReadinessReport {
  /** `degraded`: guests are served, but an operator should look at something. */
  readonly status: 'ready' | 'degraded' | 'not ready'
  readonly checks: readonly ReadinessCheck[]
}
