import type { DeploymentLabels, GuestApiName } from '../genesys/guest-api.ts'
import type { TrustedProxies } from '../middleware/client-address.ts'
import type { AttributeSettings } from '../sessions/attribute-policy.ts'
import type { UserTokenSettings } from '../sessions/user-token.ts'
import type { GenesysHosts, OAuthSettings } from './genesys-settings.ts'

/**
 * Settings of the service, as `readConfig` makes them. Secrets are in it: never log one. With several sites `allowedOrigins`
 * and `genesys` say nothing; each site has its own.
 */
export interface Config {
  readonly production: boolean
  readonly port: number
  readonly host: string
  /** As websites see the service, without a trailing slash; `''` when it is not known. */
  readonly publicUrl: string
  /** Which proxies in front are trusted to name the client's address. */
  readonly trustProxy: TrustedProxies
  readonly allowedOrigins: readonly string[]
  readonly allowNoOrigin: boolean
  readonly genesys: {
    readonly guestApi: GuestApiName
    readonly deploymentId: string
    readonly organizationId: string | undefined
    /** AWS region of the organisation, where it is known. */
    readonly region: string | undefined
    /** Whether guests may sign in with the deployment's OpenID provider. */
    readonly signIn: boolean
    /** Of guests who only listen; those who wait for an answer come on top. */
    readonly connectionsPerMinute: number
    /** How long a guest's connection to Genesys stays open after the page was last there. */
    readonly connectionIdleMs: number
    /** Hosts that files may be uploaded to; any public one when empty. */
    readonly fileHosts: readonly string[]
    readonly oauth: OAuthSettings | undefined
    readonly hosts: GenesysHosts
    readonly language: string | undefined
    readonly divisionId: string | undefined
    readonly flowId: string | undefined
  }
  readonly session: {
    /** 32 bytes each; the first seals, all open. */
    readonly keys: readonly Uint8Array[]
    readonly keysAreEphemeral: boolean
    /** The key of `.env.example` is among them, which everybody knows. */
    readonly keysAreExample: boolean
    /** Where the keys came from, when from a file: it is read again when it changes. */
    readonly keysFile: KeysFile | undefined
    /** Without use. */
    readonly maxAgeMs: number
    readonly absoluteMaxAgeMs: number
    readonly verifiedTokenMaxAgeMs: number
    readonly separateSignIn: boolean
    readonly cookie: boolean
    readonly cookieName: string
  }
  readonly attributes: AttributeSettings
  readonly userToken: UserTokenSettings | undefined
  readonly rate: {
    readonly perGuestPerMinute: number
    readonly perAddressPerMinute: number
    readonly sessionsPerAddressPerMinute: number
  }
  readonly limits: {
    readonly bodyBytes: number
    readonly attachmentBytes: number
    readonly requestsInFlight: number
    readonly requestsInFlightPerAddress: number
    readonly requestsInFlightPerGuest: number
    readonly requestsArriving: number
    readonly requestsArrivingPerAddress: number
    readonly eventStreams: number
    readonly eventStreamsPerAddress: number
    readonly openedTokens: number
    /** 0: the container's limit. */
    readonly memoryBytes: number
    readonly requestTimeoutMs: number
  }
  /** What replicas share; undefined where each goes on alone. */
  readonly redis: { readonly url: string; readonly keyPrefix: string } | undefined
  readonly upstreamTimeoutMs: number
  /** How long new connections are still served after the signal to stop. */
  readonly drainDelayMs: number
  /** And then for requests in flight. */
  readonly drainMs: number
  readonly logLevel: 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent'
  /** Health, readiness and metrics on a port of their own; where there is none, metrics are on the other one. */
  readonly managementPort: number | undefined
  readonly docs: boolean
  readonly demo: boolean
  readonly problemHints: boolean
  /** Wording by language, before that of the deployment. */
  readonly labels: Readonly<Record<string, DeploymentLabels>> | undefined
  /** The sites of `SITES_FILE`, where that is set. */
  readonly sites: SitesSource | undefined
  /** What is probably a mistake but does not prevent a start, a sentence each; without values. */
  readonly warnings: readonly string[]
}

export interface KeysFile {
  readonly path: string
  /** @throws {ConfigError} */
  read(): readonly Uint8Array[]
}

/** One of several sites, with settings of its own. */
export interface SiteConfig {
  /** Lower-case letters, digits and `-`; undefined for the only site of the environment. */
  readonly id: string | undefined
  readonly config: Config
}

export interface SitesSource {
  /** The readiness check that says whether the files could be read; undefined where there are none. */
  readonly name: 'sites-file' | 'session-keys-file' | undefined
  /** The sites as their file is now. @throws {ConfigError} naming everything that is wrong with it, and no value */
  read(): readonly SiteConfig[]
  /** What was last read, good or bad: the file, and those that it and the environment name for secrets. */
  readonly files: readonly string[]
}

/** Settings that are wrong or missing. The message names each one, and none of their values. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  readonly problems: readonly string[]

  constructor(problems: readonly string[], warnings: readonly string[] = []) {
    super(
      `The settings are not valid:\n${[...problems, ...warnings].map((line) => `  - ${line}`).join('\n')}`,
    )
    this.problems = problems
  }
}
