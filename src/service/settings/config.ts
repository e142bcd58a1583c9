import type { PreChatForm } from '../../contract/contract.ts'
import type { ChallengeSettings } from './challenge-settings.ts'
import type { DeploymentLabels, GuestApiName } from '../genesys/guest-api.ts'
import type { TrustedProxies } from '../middleware/client-address.ts'
import type { AttributeSettings } from '../sessions/attribute-policy.ts'
import type { UserTokenSettings } from '../sessions/user-token.ts'
import type { CallbackSettings } from './callback-settings.ts'
import type { GenesysHosts, OAuthSettings } from './genesys-settings.ts'
import type { KnowledgeAuthorization } from './knowledge-settings.ts'
import type { JourneySettings } from './journey-settings.ts'
import type { SurveySettings } from './survey-settings.ts'
import type { RedactionSettings } from './redaction-settings.ts'
import type { VisitorWebhookSettings } from './visitor-webhook-settings.ts'

/**
 * Settings of the service, as created by `readConfig`. They contain secrets: never log them. With several
 * sites, `allowedOrigins` and `genesys` are not used; each site has its own.
 */
export interface Config {
  readonly production: boolean
  readonly port: number
  readonly host: string
  /** The address of the service as websites see it, without a trailing slash; `''` if unknown. */
  readonly publicUrl: string
  /** The trusted proxies in front of the service, whose forwarded client addresses are accepted. */
  readonly trustProxy: TrustedProxies
  readonly allowedOrigins: readonly string[]
  readonly allowNoOrigin: boolean
  readonly genesys: {
    readonly guestApi: GuestApiName
    readonly deploymentId: string
    readonly organizationId: string | undefined
    /** AWS region of the organization, if known. */
    readonly region: string | undefined
    /** Whether guests may sign in with the deployment's OpenID provider. */
    readonly signIn: boolean
    /** The limit for new connections from this process to Genesys. */
    readonly connectionsPerMinute: number
    /** How long a guest's connection to Genesys stays open after the page has disconnected. */
    readonly connectionIdleMs: number
    /** Hosts that files may be uploaded to; any public host if the list is empty. */
    readonly fileHosts: readonly string[]
    readonly oauth: OAuthSettings | undefined
    readonly hosts: GenesysHosts
    readonly language: string | undefined
    readonly divisionId: string | undefined
    readonly flowId: string | undefined
  }
  /** Ids of the objects that determine whether the contact center is open; each is optional. */
  readonly availability: {
    readonly scheduleGroupId: string | undefined
    readonly emergencyGroupId: string | undefined
    readonly queueId: string | undefined
  }
  readonly session: {
    /** 32 bytes each. The first key encrypts new tokens; every key can decrypt tokens. */
    readonly keys: readonly Uint8Array[]
    readonly keysAreEphemeral: boolean
    /** Whether the keys include the one in `.env.example`, which is public. */
    readonly keysAreExample: boolean
    /** The file that the keys come from, if any. It is read again when it changes. */
    readonly keysFile: KeysFile | undefined
    /** How long an unused session lasts. */
    readonly maxAgeMs: number
    readonly absoluteMaxAgeMs: number
    readonly verifiedTokenMaxAgeMs: number
    readonly separateSignIn: boolean
    readonly cookie: boolean
    readonly cookieName: string
  }
  readonly attributes: AttributeSettings
  readonly userToken: UserTokenSettings | undefined
  /** How to ask the site's backend who a visitor is; undefined if the webhook is off. */
  readonly visitorWebhook: VisitorWebhookSettings | undefined
  /** The challenge that a page has to solve before a session is opened, if one is required. */
  readonly challenge: ChallengeSettings | undefined
  /** The file of networks and visitors that are not served; it is read again when it changes. */
  readonly blocklistFile: string | undefined
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
    /** 0 means the container's limit. */
    readonly memoryBytes: number
    readonly requestTimeoutMs: number
  }
  /** The store that the replicas share, if there is one. */
  readonly redis: { readonly url: string; readonly keyPrefix: string; readonly timeoutMs: number } | undefined
  readonly upstreamTimeoutMs: number
  /** How long new connections are still accepted after the signal to stop. */
  readonly drainDelayMs: number
  /** After that delay, how long requests in flight may take to finish. */
  readonly drainMs: number
  readonly logLevel: 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent'
  /** The separate port for health, readiness and metrics; without it, metrics are on the main port. */
  readonly managementPort: number | undefined
  readonly docs: boolean
  readonly demo: boolean
  readonly problemHints: boolean
  /** The data that is masked before messages are sent to Genesys; undefined if nothing is masked. */
  readonly redaction: RedactionSettings | undefined
  /** The form that pages show before the chat opens. */
  readonly preChatForm: PreChatForm | undefined
  /** Where guests' scores go; undefined if guests are not asked for a score. */
  readonly survey: SurveySettings | undefined
  /** Undefined if no page views go to Genesys. */
  readonly journey: JourneySettings | undefined
  /** Whether guests can download their conversation. */
  readonly transcript: boolean
  /** How guests' searches in Genesys' knowledge base are authorized; undefined if guests cannot search. */
  readonly knowledge: KnowledgeAuthorization | undefined
  /** Undefined if guests cannot request callbacks. */
  readonly callbacks: CallbackSettings | undefined
  /** Labels by language. They override the deployment's labels. */
  readonly labels: Readonly<Record<string, DeploymentLabels>> | undefined
  /** The sites in `SITES_FILE`, if it is set. */
  readonly sites: SitesSource | undefined
  /** Probable mistakes that do not prevent the start: one sentence each, without values. */
  readonly warnings: readonly string[]
}

export interface KeysFile {
  readonly path: string
  /** @throws {ConfigError} */
  read(): readonly Uint8Array[]
}

/** One of several sites, with its own settings. */
export interface SiteConfig {
  /** Lower-case letters, digits and `-`; undefined for the only site if `SITES_FILE` is not set. */
  readonly id: string | undefined
  readonly config: Config
}

export interface SitesSource {
  /** The name of the readiness check that reports whether the files can be read; undefined if there are no files. */
  readonly name: 'sites-file' | 'session-keys-file' | undefined
  /** The sites in the current file. @throws {ConfigError} which names every mistake, but no value */
  read(): readonly SiteConfig[]
  /**
   * The files that were last read, valid or not: the sites file, and the secret files that the sites file and
   * the environment name.
   */
  readonly files: readonly string[]
}

/** Wrong or missing settings. The message names each setting, but no value. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  readonly problems: readonly string[]
  /** Probable mistakes, such as a misspelled name, which is often the reason why a setting is missing. */
  readonly warnings: readonly string[]

  constructor(problems: readonly string[], warnings: readonly string[] = []) {
    super(
      `The settings are not valid:\n${[...problems, ...warnings].map((line) => `  - ${line}`).join('\n')}`,
    )
    this.problems = problems
    this.warnings = warnings
  }
}
