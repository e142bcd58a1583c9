import { randomUUID } from 'node:crypto'
import { type AgentScript, DEFAULT_SCRIPT, SILENT_SCRIPT } from './agent/agent-script.ts'
import { type Limits, resolveLimits } from './conversation/limits.ts'

/** Every option has a default: `startSimulator()` without options simulates a working Genesys Cloud. */
export interface SimulatorOptions {
  /** 0, the default, selects a free port. */
  port?: number
  /** Default 127.0.0.1. */
  host?: string
  /** The address that clients use, for generated addresses. Default: the `Host` header of their request. */
  publicUrl?: string

  organizationId?: string
  deploymentId?: string
  /** The deployment's status in `config.json` and the REST API. Default Active. */
  deploymentStatus?: 'Active' | 'Inactive'
  /** Whether the deployment's Messenger is enabled. Default true. */
  messenger?: boolean
  /** The deployment's allowed domains, for instance `['www.example.com']`. Default 'all'. */
  allowedDomains?: readonly string[] | 'all'
  /** Whether `example.com` also allows `www.example.com`. Default 'suffix', as in Genesys' Messenger. */
  allowedDomainMatch?: 'suffix' | 'exact'

  /** Ids of the contact center's objects, for a client's settings. */
  scheduleGroupId?: string
  emergencyGroupId?: string
  queueId?: string
  /** The initial opening hours. Default 'open', day and night. */
  hours?: 'open' | 'closed' | 'holiday' | 'emergency' | 'unstaffed'

  /** Whether the deployment has a knowledge base, and whether its operations need an OAuth client. Default 'open'. */
  knowledge?: 'off' | 'open' | 'oauth'

  clientId?: string
  clientSecret?: string
  /** Grants that the OAuth client may use. Default client_credentials. */
  grantTypes?: readonly string[]
  /** Permissions of the OAuth client, `domain:entity:action`. Default: all known ones. */
  permissions?: readonly string[]
  /** Default 86399, as on the platform. */
  tokenLifetimeSeconds?: number
  /** Lifetime of the JWT that `getJwt` returns for the history, in seconds. Default 60. */
  jwtLifetimeSeconds?: number

  /** Whether and how the guest is notified that the agent has left. Default 'send'. */
  disconnectMode?: 'off' | 'send' | 'read-only'
  /** Whether the guest can end the conversation. Default true. */
  conversationClear?: boolean
  /** Whether files can be sent. Default true. */
  attachments?: boolean
  /** Address of a separate object store for uploads. Default: the simulator's. */
  storageUrl?: string
  /** Whether a Join event starts the conversation. Default false. */
  autoStart?: boolean
  showAgentTypingIndicator?: boolean
  showUserTypingIndicator?: boolean
  /** Whether the agent and the bot have a name and a picture. Default true. */
  humanize?: boolean
  /** Whether agents' and bots' texts are rich text. Default true. */
  markdown?: boolean
  /** Further fields of `config.json`, such as `position` or `customI18nLabels`; they replace the defaults. */
  look?: Record<string, unknown>
  /** Time from the last message until the session expires. Default 259200, which is 72 hours. */
  sessionDurationSeconds?: number
  /** Whether guests can sign in. Default true. */
  signIn?: boolean
  /** Whether a guest who signs in keeps the conversation. Default false. */
  allowSessionUpgrade?: boolean

  /** `false` turns all limits off; `{ messagesPerSecond: Infinity }` turns one off. Default: the platform's. */
  limits?: false | Partial<Limits>
  /** Default 'scripted'. With 'silent', only the test sends messages as the agent. */
  agent?: 'scripted' | 'silent' | AgentScript
  /** Whether the journey requires an access token. Default false. */
  journeyNeedsToken?: boolean
  /** How long the agent types before each sentence, in ms. Default 0. */
  agentDelayMs?: number
  /** Whether to serve the REST guest operations that forum threads describe. By default they return 404, as on the platform. */
  restGuestApis?: boolean | RestGuestOptions
  /**
   * Whether to accept `channel.metadata` next to `message`, which the platform has ignored since June 2026.
   * Default false.
   */
  legacyAttributesPlace?: boolean
  /** Whether error frames have the request's `tracingId`. No recorded error has one. Default false. */
  tracingIdOnErrors?: boolean
  /**
   * How a file is refused before its upload. Default 'response': code 400 with the `tracingId`, as documented;
   * 'message': code 200 without it, as in the fixtures of Genesys' mobile SDK.
   */
  generateUrlErrorForm?: 'response' | 'message'
  /** Whether to record the last 10,000 `requests` and `frames`. Turn it off for measurements. Default true. */
  record?: boolean
  /** Milliseconds since the epoch. Default Date.now. */
  now?: () => number
}

/** Details that the threads leave open, or on which they contradict each other. */
export interface RestGuestOptions {
  /** The token's field name in the response of `POST /api/v2/guests/identities`. Default `identityToken`. */
  identityTokenName?: 'identityToken' | 'guest_token' | 'guestToken'
  /** Lifetime of a guest token from that operation, in seconds. Default 900. */
  guestTokenLifetimeSeconds?: number
  /** If given, messages with a different division are refused with 403. */
  divisionId?: string
  /** If given, messages with a different flow are refused with 403. */
  flowId?: string
}

export type Settings = Required<
  Omit<SimulatorOptions, 'publicUrl' | 'storageUrl' | 'limits' | 'agent' | 'restGuestApis' | 'port' | 'host'>
> & {
  publicUrl: string | undefined
  storageUrl: string | undefined
  limits: Limits
  script: AgentScript
  restGuestApis: RestGuestOptions | undefined
}

export const ALL_PERMISSIONS = [
  'webDeployments:deployment:view',
  'webDeployments:configuration:view',
  'conversation:message:view',
  'conversation:webmessaging:view',
  'conversation:message:create',
  'conversation:communication:disconnect',
  'conversation:message:park',
  'routing:scheduleGroup:view',
  'routing:schedule:view',
  'routing:emergencyGroup:view',
  'analytics:queueObservation:view',
  'routing:queue:view',
  'conversation:callback:create',
  'guest:identity:write',
  'messaging:guest:write',
  'webmessaging:guest:write',
  'messagecenter:deployment:read',
] as const

const DEFAULTS = {
  deploymentStatus: 'Active',
  messenger: true,
  hours: 'open',
  knowledge: 'open',
  allowedDomains: 'all',
  allowedDomainMatch: 'suffix',
  grantTypes: ['client_credentials'],
  permissions: ALL_PERMISSIONS,
  tokenLifetimeSeconds: 86_399,
  jwtLifetimeSeconds: 60,
  disconnectMode: 'send',
  conversationClear: true,
  attachments: true,
  autoStart: false,
  showAgentTypingIndicator: true,
  showUserTypingIndicator: true,
  humanize: true,
  markdown: true,
  look: {},
  sessionDurationSeconds: 259_200,
  signIn: true,
  allowSessionUpgrade: false,
  agentDelayMs: 0,
  journeyNeedsToken: false,
  legacyAttributesPlace: false,
  tracingIdOnErrors: false,
  generateUrlErrorForm: 'response',
  record: true,
} as const

export function resolveSettings(options: SimulatorOptions): Settings {
  const { agent = 'scripted', restGuestApis = false, limits, publicUrl, storageUrl, ...rest } = options
  return {
    ...DEFAULTS,
    organizationId: randomUUID(),
    deploymentId: randomUUID(),
    scheduleGroupId: randomUUID(),
    emergencyGroupId: randomUUID(),
    queueId: randomUUID(),
    clientId: randomUUID(),
    clientSecret: randomUUID(),
    now: Date.now,
    ...rest,
    publicUrl,
    storageUrl,
    limits: resolveLimits(limits),
    script: scriptOf(agent),
    restGuestApis: restGuestApis === true ? {} : restGuestApis || undefined,
  }
}

function scriptOf(agent: 'scripted' | 'silent' | AgentScript): AgentScript {
  if (agent === 'scripted') return DEFAULT_SCRIPT
  return agent === 'silent' ? SILENT_SCRIPT : agent
}
