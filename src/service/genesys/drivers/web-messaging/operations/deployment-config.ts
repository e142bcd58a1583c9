import * as z from 'zod'
import { createCachedValue } from '../../../../outgoing-http/cached-value.ts'
import type { UpstreamClient } from '../../../../outgoing-http/upstream-client.ts'
import { UpstreamError } from '../../../../errors/upstream-error.ts'
import type { AccessToken } from '../../../oauth/access-token.ts'
import type { DeploymentInfo } from '../../../guest-api.ts'
import { listOf, maybe } from '../wire/json-schemas.ts'
import { Look, readLook } from './deployment-look.ts'

const Switch = maybe(z.object({ enabled: maybe(z.boolean()) }))

const Config = z
  .object({
    status: z.string(),
    languages: maybe(z.array(z.string())),
    defaultLanguage: maybe(z.string()),
    messenger: maybe(
      z.object({
        enabled: maybe(z.boolean()),
        apps: maybe(
          z.object({
            conversations: maybe(
              z.object({
                enabled: maybe(z.boolean()),
                showAgentTypingIndicator: maybe(z.boolean()),
                showUserTypingIndicator: maybe(z.boolean()),
                autoStart: Switch,
                conversationClear: Switch,
                markdown: Switch,
              }),
            ),
          }),
        ),
        fileUpload: maybe(
          z.object({
            enableAttachments: maybe(z.boolean()),
            modes: listOf(z.object({ fileTypes: listOf(z.string()) })),
          }),
        ),
      }),
    ),
    auth: maybe(z.object({ enabled: maybe(z.boolean()), allowSessionUpgrade: maybe(z.boolean()) })),
  })
  .and(Look)
type Config = z.infer<typeof Config>

const WebDeployment = z.object({ name: maybe(z.string()), status: maybe(z.string()) })

/** Genesys' published configuration of a deployment changes only when an administrator publishes a new version. */
const TTL_MS = 5 * 60_000
/** A failure is cached for a short time, so that not every new guest causes a request. */
const NEGATIVE_TTL_MS = 10_000
/** The timeout for a read, including its retries. All callers share the read. */
const READ_TIMEOUT_MS = 10_000

export interface DeploymentConfig {
  /** @throws {UpstreamError} `deployment_not_usable` if Genesys does not know the deployment. */
  readonly read: (deadlineAtMs: number) => Promise<DeploymentInfo>
  /** Whether a guest who signs in keeps the session; false if the configuration cannot be read. Never rejects. */
  readonly allowsSessionUpgrade: (deadlineAtMs: number) => Promise<boolean>
  /** The last result, however old. */
  readonly known: DeploymentInfo | undefined
  /** The error from the last read, if it failed. */
  readonly error: UpstreamError | undefined
}

export interface DeploymentConfigOptions {
  readonly cdn: UpstreamClient
  readonly cdnUrl: string
  readonly api: UpstreamClient
  readonly apiUrl: string
  readonly deploymentId: string
  /** With it, the deployment is also read through the REST API, which returns its name. */
  readonly accessToken?: AccessToken | undefined
  readonly monotonicNow: () => number
}

/** The REST API only adds a name: a login host that hangs must not delay the rest. */
const DETAILS_TIMEOUT_MS = 2_000

export function createDeploymentConfig(options: DeploymentConfigOptions): DeploymentConfig {
  const { deploymentId, monotonicNow } = options
  const cached = createCachedValue({
    async load(deadlineAtMs) {
      const reads = [readConfig(options, deadlineAtMs), readWebDeployment(options, deadlineAtMs)] as const
      const [config, details] = await Promise.all(reads)
      return {
        info: toDeploymentInfo(deploymentId, config, details),
        allowsSessionUpgrade: config.auth?.allowSessionUpgrade ?? false,
      }
    },
    loadTimeoutMs: READ_TIMEOUT_MS,
    timeoutMessage: 'Genesys did not respond in time (read_deployment_configuration).',
    ttlMs: () => TTL_MS,
    staleIfErrorMs: Infinity,
    negativeTtlMs: () => NEGATIVE_TTL_MS,
    isDefinitive: (error) => error instanceof UpstreamError && error.code === 'deployment_not_usable',
    monotonicNow,
  })
  return {
    get known() {
      return cached.latest?.info
    },
    get error() {
      return cached.error instanceof UpstreamError ? cached.error : undefined
    },
    read: async (deadlineAtMs) => (await cached.get(deadlineAtMs)).info,
    allowsSessionUpgrade: (deadlineAtMs) =>
      cached.get(deadlineAtMs).then(
        ({ allowsSessionUpgrade }) => allowsSessionUpgrade,
        () => false,
      ),
  }
}

/**
 * Genesys' published configuration of the deployment.
 * @throws {UpstreamError} `deployment_not_usable` if Genesys does not know the deployment
 */
export async function readConfig(
  options: Pick<DeploymentConfigOptions, 'cdn' | 'cdnUrl' | 'deploymentId'>,
  deadlineAtMs: number,
): Promise<Config> {
  const { cdn, cdnUrl, deploymentId } = options
  try {
    return await cdn.request({
      operation: 'read_deployment_configuration',
      method: 'GET',
      url: `${cdnUrl}/webdeployments/v1/deployments/${encodeURIComponent(deploymentId)}/config.json`,
      schema: Config,
      retry: 'idempotent',
      deadlineAtMs,
    })
  } catch (error) {
    throw isUnknownDeployment(error) ? unknownDeployment(error) : error
  }
}

async function readWebDeployment(options: DeploymentConfigOptions, deadlineAtMs: number) {
  const { api, apiUrl, deploymentId, accessToken, monotonicNow } = options
  const detailsByMs = Math.min(deadlineAtMs, monotonicNow() + DETAILS_TIMEOUT_MS)
  const url = `${apiUrl}/api/v2/webdeployments/deployments/${encodeURIComponent(deploymentId)}`
  const call = (authorization: string) =>
    api.request({
      operation: 'read_deployment',
      method: 'GET',
      url,
      headers: { authorization },
      schema: WebDeployment,
      retry: 'idempotent',
      deadlineAtMs: detailsByMs,
    })
  try {
    return await accessToken?.authorize(call, detailsByMs)
  } catch (error) {
    if (error instanceof UpstreamError && error.facts.status === 404) throw unknownDeployment(error)
    // The REST API only adds a name: the public configuration has the rest and requires no permission.
    return undefined
  }
}

/** Genesys: the CDN responds with 403 if the deployment is unknown. */
function isUnknownDeployment(error: unknown): error is UpstreamError {
  return error instanceof UpstreamError && (error.facts.status === 403 || error.facts.status === 404)
}

function unknownDeployment(error: UpstreamError): UpstreamError {
  return new UpstreamError('deployment_not_usable', 'Genesys does not know the deployment', {
    ...error.facts,
    hint: 'GENESYS_DEPLOYMENT_ID must be the id of a Messenger deployment in GENESYS_REGION.',
  })
}

function toDeploymentInfo(
  id: string,
  config: Config,
  details: z.infer<typeof WebDeployment> | undefined,
): DeploymentInfo {
  const { status, languages, defaultLanguage, messenger, auth } = config
  const chat = messenger?.apps?.conversations
  const upload = messenger?.fileUpload
  return {
    id,
    status: isStatus(status, 'active') && !isStatus(details?.status, 'inactive') ? 'active' : 'inactive',
    ...(details?.name !== undefined && { name: details.name }),
    ...(languages && { languages }),
    ...(defaultLanguage !== undefined && { defaultLanguage }),
    features: {
      agentTyping: chat?.showAgentTypingIndicator ?? false,
      guestTyping: chat?.showUserTypingIndicator ?? false,
      end: chat?.conversationClear?.enabled ?? false,
      attachments:
        upload?.enableAttachments ?? upload?.modes.some(({ fileTypes }) => fileTypes.length > 0) ?? false,
      autoStart: chat?.autoStart?.enabled ?? false,
      markdown: chat?.markdown?.enabled ?? false,
      signIn: auth?.enabled ?? false,
    },
    ...readLook(config),
  }
}

function isStatus(status: string | undefined, wanted: 'active' | 'inactive'): boolean {
  return status?.toLowerCase() === wanted
}
