import type { Config } from './settings/config.ts'
import { createAccessToken, type AccessToken, type RefusedCredentials } from './genesys/oauth/access-token.ts'
import { createExternalGuests } from './genesys/drivers/rest/external-guests.ts'
import { createExternalUsers } from './genesys/drivers/rest/external-users.ts'
import type { GuestApi } from './genesys/guest-api.ts'
import { createGuestIdentities } from './genesys/drivers/rest/guest-identities.ts'
import { createWebMessaging } from './genesys/drivers/web-messaging/web-messaging.ts'
import { createFileAddresses, type FileAddresses } from './outgoing-http/file-addresses.ts'
import { createUpstreamAgents } from './outgoing-http/upstream-agents.ts'
import {
  createUpstreamClient,
  type ObservedAttempt,
  type ObservedResponse,
  type UpstreamClient,
} from './outgoing-http/upstream-client.ts'
import { secretFromFile } from './settings/secret-files.ts'
import type { Log } from './observability/log.ts'
import type { Metrics } from './observability/metrics.ts'
import type { UpstreamTracing } from './observability/tracing.ts'
import { VERSION } from '../version.ts'

/** Identifies the service to Genesys, whose official clients also send their name and version. */
const APPLICATION = `genesys-guest-bff-${VERSION}`

/** The configured driver, with its dependencies. */
export interface GenesysClient {
  readonly guestApi: GuestApi
  /** Undefined if no OAuth credentials are configured. */
  readonly accessToken: AccessToken | undefined
  readonly api: UpstreamClient
  readonly cdn: UpstreamClient
  close(): void
}

export interface GenesysClientParts {
  readonly log: Log
  readonly metrics: Metrics
  /** The time of day, epoch ms. */
  readonly now: () => number
  /** A monotonic clock, for waits and deadlines. */
  readonly monotonicNow?: (() => number) | undefined
  /** The operator's tracing. */
  readonly tracing?: UpstreamTracing | undefined
  /** The credentials that Genesys has refused, shared by replicas. */
  readonly refusedCredentials?: RefusedCredentials | undefined
  readonly onUnexpectedError?: ((error: unknown, doing: string) => void) | undefined
  /** Receives every REST response; `onFrame` receives every frame of a guest socket. Both contain secrets: never log them. */
  readonly onResponse?: ((response: ObservedResponse) => void) | undefined
  readonly onFrame?: ((text: string) => void) | undefined
}

/** Creates the HTTP clients for Genesys' hosts, the access token and the driver, without making a request. */
export function createGenesysClient(config: Config, parts: GenesysClientParts): GenesysClient {
  const { metrics, monotonicNow, onResponse } = parts
  const { hosts, oauth } = config.genesys
  const agents = createUpstreamAgents()
  const fileAddresses = createFileAddresses({
    configuredUrls: Object.values(hosts),
    fileHosts: config.genesys.fileHosts,
  })
  const fileAgents = createUpstreamAgents({ lookup: fileAddresses.lookup })
  const observe = ({ name, operation, result, durationMs }: ObservedAttempt) => {
    const outcome = typeof result === 'number' ? (result < 400 ? 'ok' : `http_${result}`) : result
    metrics.upstreamCallEnded({ operation, outcome, durationMs })
    if (name === 'login') metrics.tokenRefreshed(outcome)
  }
  const { upstreamTimeoutMs: timeoutMs } = config
  const clientOf = (name: string, usedAgents = agents): UpstreamClient =>
    createUpstreamClient({
      name,
      timeoutMs,
      monotonicNow,
      agents: usedAgents,
      observe,
      onResponse,
      tracing: parts.tracing,
      userAgent: APPLICATION,
    })

  const clients = {
    api: clientOf('api'),
    login: clientOf('login'),
    cdn: clientOf('cdn'),
    files: clientOf('files', fileAgents),
  }
  const accessToken =
    oauth &&
    createAccessToken({
      ...oauth,
      ...(oauth.clientSecretFile !== undefined && {
        clientSecret: secretFromFile(oauth.clientSecretFile, oauth.clientSecret),
      }),
      loginUrl: hosts.loginUrl,
      client: clients.login,
      refused: parts.refusedCredentials,
      monotonicNow,
    })
  return {
    guestApi: createDriver(config, { ...clients, fileAddresses }, accessToken, parts),
    accessToken,
    api: clients.api,
    cdn: clients.cdn,
    close() {
      for (const client of Object.values(clients)) client.close()
      agents.close()
      fileAgents.close()
    },
  }
}

function createDriver(
  config: Config,
  clients: Readonly<Record<'api' | 'cdn' | 'files', UpstreamClient>> & {
    readonly fileAddresses: FileAddresses
  },
  accessToken: AccessToken | undefined,
  { log, metrics, now, monotonicNow, tracing, onUnexpectedError, onFrame }: GenesysClientParts,
): GuestApi {
  const { guestApi, deploymentId, organizationId, hosts, language, divisionId, flowId } = config.genesys
  if (guestApi === 'web-messaging') {
    return createWebMessaging({
      deploymentId,
      messagingUrl: hosts.messagingUrl,
      apiUrl: hosts.apiUrl,
      cdnUrl: hosts.cdnUrl,
      api: clients.api,
      cdn: clients.cdn,
      files: clients.files,
      fileAddresses: clients.fileAddresses,
      accessToken,
      signIn: config.genesys.signIn,
      connectionsPerMinute: config.genesys.connectionsPerMinute,
      application: APPLICATION,
      idleMs: config.genesys.connectionIdleMs,
      requestTimeoutMs: config.upstreamTimeoutMs,
      tracing,
      now,
      socketObserver: metrics.upstreamSockets,
      ...(monotonicNow && { monotonicNow }),
      ...(onUnexpectedError && { onUnexpectedError }),
      ...(onFrame && { onFrame }),
      onUnrecognizedFrame: (reason) => log.warn({ reason }, 'a frame from Genesys was not understood'),
      onHint: (hint) => log.warn({ hint }, 'the OAuth client could be granted more permissions'),
    })
  }
  if (accessToken === undefined) throw new Error(`GENESYS_GUEST_API=${guestApi} needs OAuth credentials.`)
  const options = {
    apiUrl: hosts.apiUrl,
    deploymentId,
    organizationId,
    client: clients.api,
    accessToken,
    now,
    monotonicNow,
    onAttributesRefused: ({ code, facts }: { code: string; facts: { hint?: string } }) =>
      log.error({ code, hint: facts.hint }, 'attributes were refused; the message was sent without them'),
  }
  switch (guestApi) {
    case 'external-guests':
      return createExternalGuests(options)
    case 'guest-identities':
      return createGuestIdentities({ ...options, language, divisionId, flowId })
    case 'external-users':
      return createExternalUsers({ ...options, organizationId: requireOrganization(organizationId) })
  }
}

function requireOrganization(organizationId: string | undefined): string {
  if (organizationId !== undefined) return organizationId
  throw new Error('GENESYS_GUEST_API=external-users needs GENESYS_ORGANIZATION_ID.')
}
