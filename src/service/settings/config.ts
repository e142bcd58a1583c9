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
 * sites `allowedOrigins` and `genesys` are not used; each site has its own.
 */
export interface Config {
  readonly production: boolean
  readonly port: number
  readonly host: string
  /** The service's address for websites, without a trailing slash; `''` if unknown. */
  readonly publicUrl: string
  /** The trusted proxies in front, whose forwarded client address is accepted. */
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
    /** For listening guests; connections of guests who wait for a response are additional. */
    readonly connectionsPerMinute: number
    /** How long a guest's connection to Genesys stays open after the page has left. */
    readonly connectionIdleMs: number
    /** Hosts for uploads; any public host if empty. */
    readonly fileHosts: readonly string[]
    readonly oauth: OAuthSettings | undefined
    readonly hosts: GenesysHosts
    readonly language: string | undefined
    readonly divisionId: string | undefined
    readonly flowId: string | undefined
  }
  /** Ids of what says whether it is open; each is optional. */
  readonly availability: {
    readonly scheduleGroupId: string | undefined
    readonly emergencyGroupId: string | undefined
    readonly queueId: string | undefined
  }
  readonly session: {
    /** 32 bytes each; the first key seals, all keys open. */
    readonly keys: readonly Uint8Array[]
    readonly keysAreEphemeral: boolean
    /** Contains the key of `.env.example`, which is public. */
    readonly keysAreExample: boolean
    /** The file of the keys, if they come from one: it is read again when it changes. */
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
  /** Who visitors are, from the site's own backend; undefined where it is not asked. */
  readonly visitorWebhook: VisitorWebhookSettings | undefined
  /** What a page has to solve before a session is opened; undefined for nothing. */
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
    /** 0: the container's limit. */
    readonly memoryBytes: number
    readonly requestTimeoutMs: number
  }
  /** The shared store of the replicas; undefined without one. */
  readonly redis: { readonly url: string; readonly keyPrefix: string; readonly timeoutMs: number } | undefined
  readonly upstreamTimeoutMs: number
  /** How long new connections are still served after the signal to stop. */
  readonly drainDelayMs: number
  /** After that, the time for requests in flight. */
  readonly drainMs: number
  readonly logLevel: 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent'
  /** Health, readiness and metrics on a separate port; without one, metrics are on the main port. */
  readonly managementPort: number | undefined
  readonly docs: boolean
  readonly demo: boolean
  readonly problemHints: boolean
  /** What is masked before it goes to Genesys; undefined where nothing is. */
  readonly redaction: RedactionSettings | undefined
  /** What pages ask before the chat opens. */
  readonly preChatForm: PreChatForm | undefined
  /** Where scores of guests go; undefined where none are asked for. */
  readonly survey: SurveySettings | undefined
  /** Undefined where no page views go to Genesys. */
  readonly journey: JourneySettings | undefined
  /** Whether guests can download their conversation. */
  readonly transcript: boolean
  /** How guests' searches in Genesys' knowledge base are authorized; undefined where they can make none. */
  readonly knowledge: KnowledgeAuthorization | undefined
  /** Undefined where guests cannot ask to be called back. */
  readonly callbacks: CallbackSettings | undefined
  /** Wording by language, which overrides the deployment's. */
  readonly labels: Readonly<Record<string, DeploymentLabels>> | undefined
  /** The sites of `SITES_FILE`, if it is set. */
  readonly sites: SitesSource | undefined
  /** Probable mistakes that do not prevent the start, one sentence each; without values. */
  readonly warnings: readonly string[]
}

export interface KeysFile {
  readonly path: string
  /** @throws {ConfigError} */
  read(): readonly Uint8Array[]
}

/** One of several sites, with its own settings. */
export interface SiteConfig {
  /** Lower-case letters, digits and `-`; undefined for the only site of the environment. */
  readonly id: string | undefined
  readonly config: Config
}

export interface SitesSource {
  /** The readiness check for reading the files; undefined if there are none. */
  readonly name: 'sites-file' | 'session-keys-file' | undefined
  /** The sites in the current file. @throws {ConfigError} naming every mistake, and no value */
  read(): readonly SiteConfig[]
  /**
   * The files that were last read, valid or not: the sites file, and the secret files that it and the
   * environment name.
   */
  readonly files: readonly string[]
}

/** Wrong or missing settings. The message names each one, and none of their values. */
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
