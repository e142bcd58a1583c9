import { findRegion, KNOWN_REGIONS } from '../genesys/regions.ts'
import { isUnencryptedRemote } from './encryption.ts'
import type { Variables } from './variables.ts'

/** Base addresses of Genesys Cloud, without a trailing slash. */
export interface GenesysHosts {
  readonly apiUrl: string
  readonly loginUrl: string
  readonly messagingUrl: string
  readonly cdnUrl: string
}

export interface OAuthSettings {
  readonly clientId: string
  readonly clientSecret: string
  /** The file that the secret comes from, if any. It is read again for each token request. */
  readonly clientSecretFile?: string | undefined
  readonly style: 'basic' | 'form'
  readonly scope?: string | undefined
}

/** The variables that replace the region's addresses. */
export const HOST_VARIABLES: readonly (readonly [host: keyof GenesysHosts, variable: string])[] = [
  ['apiUrl', 'GENESYS_API_URL'],
  ['loginUrl', 'GENESYS_LOGIN_URL'],
  ['cdnUrl', 'GENESYS_CDN_URL'],
  ['messagingUrl', 'GENESYS_MESSAGING_URL'],
]

export function readHosts(env: Variables, problems: string[]): GenesysHosts | undefined {
  const given = {
    apiUrl: env.GENESYS_API_URL,
    loginUrl: env.GENESYS_LOGIN_URL,
    messagingUrl: env.GENESYS_MESSAGING_URL,
    cdnUrl: env.GENESYS_CDN_URL,
  }
  const { apiUrl, loginUrl, messagingUrl, cdnUrl } = given
  if (env.GENESYS_REGION === undefined) {
    if (
      apiUrl !== undefined &&
      loginUrl !== undefined &&
      messagingUrl !== undefined &&
      cdnUrl !== undefined
    ) {
      return { apiUrl, loginUrl, messagingUrl, cdnUrl }
    }
    const missing = HOST_VARIABLES.flatMap(([host, name]) => (given[host] === undefined ? name : []))
    problems.push(
      missing.length === HOST_VARIABLES.length
        ? 'GENESYS_REGION is missing: set the AWS region or the domain of your organization, such as eu-west-1 or mypurecloud.ie'
        : `GENESYS_REGION is missing: set it, or all four addresses; not set yet: ${missing.join(', ')}`,
    )
    return undefined
  }
  try {
    const region = findRegion(env.GENESYS_REGION)
    return {
      apiUrl: apiUrl ?? region.apiUrl,
      loginUrl: loginUrl ?? region.loginUrl,
      messagingUrl: messagingUrl ?? region.messagingUrl,
      cdnUrl: cdnUrl ?? region.cdnUrl,
    }
  } catch {
    problems.push(
      /[/:]|^(apps|login|api)\./i.test(env.GENESYS_REGION)
        ? `GENESYS_REGION must be a region or its domain alone, such as mypurecloud.ie without https://apps.; the regions are ${KNOWN_REGIONS}`
        : `GENESYS_REGION is not a Genesys Cloud region; the regions are ${KNOWN_REGIONS}`,
    )
    return undefined
  }
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** Warnings about an unusual deployment id. There are none with a gateway, because a gateway may have its own ids. */
export function deploymentIdWarnings(env: Variables): string[] {
  const { GENESYS_DEPLOYMENT_ID: id, GENESYS_API_URL, GENESYS_MESSAGING_URL } = env
  const isGenesysCloud = GENESYS_API_URL === undefined && GENESYS_MESSAGING_URL === undefined
  if (id === undefined || !isGenesysCloud) return []
  if (!UUID.test(id))
    return ['GENESYS_DEPLOYMENT_ID is not a UUID, but the ids of deployments in Genesys Cloud are UUIDs']
  return /^[0-]+$/.test(id)
    ? ['GENESYS_DEPLOYMENT_ID is the placeholder from .env.example: set the id of your Messenger deployment']
    : []
}

export function regionName(text: string | undefined): string | undefined {
  try {
    return text === undefined ? undefined : findRegion(text).awsRegion
  } catch {
    return undefined
  }
}

export function requireEncryption(hosts: GenesysHosts, problems: string[]): void {
  for (const [host, name] of HOST_VARIABLES) {
    if (isUnencryptedRemote(hosts[host]))
      problems.push(
        `${name} must begin with ${host === 'messagingUrl' ? 'wss' : 'https'}:// in production, unless it is on this machine`,
      )
  }
}

export function readOAuth(
  env: Variables,
  problems: string[],
  clientSecretFile?: string,
): OAuthSettings | undefined {
  const { GENESYS_CLIENT_ID: clientId, GENESYS_CLIENT_SECRET: clientSecret } = env
  if (clientId !== undefined && clientSecret !== undefined) {
    const { GENESYS_OAUTH_STYLE: style, GENESYS_OAUTH_SCOPE: scope } = env
    return { clientId, clientSecret, clientSecretFile, style, scope }
  }
  if (clientId !== undefined) problems.push('GENESYS_CLIENT_SECRET is missing: GENESYS_CLIENT_ID is set')
  if (clientSecret !== undefined) problems.push('GENESYS_CLIENT_ID is missing: GENESYS_CLIENT_SECRET is set')
  if (clientId === undefined && clientSecret === undefined && env.GENESYS_GUEST_API !== 'web-messaging') {
    problems.push(
      `GENESYS_CLIENT_ID and GENESYS_CLIENT_SECRET are missing: ${env.GENESYS_GUEST_API} needs OAuth`,
    )
  }
  return undefined
}

/** The objects that determine whether the contact center is open and staffed. Reading them requires an OAuth client. */
export function readAvailability(env: Variables, oauth: OAuthSettings | undefined, problems: string[]) {
  const ids = {
    scheduleGroupId: env.GENESYS_SCHEDULE_GROUP_ID,
    emergencyGroupId: env.GENESYS_EMERGENCY_GROUP_ID,
    queueId: env.GENESYS_QUEUE_ID,
  }
  const isSet = Object.values(ids).some((id) => id !== undefined)
  const hasClient = env.GENESYS_CLIENT_ID !== undefined || env.GENESYS_CLIENT_SECRET !== undefined
  if (isSet && oauth === undefined && !hasClient) {
    problems.push(
      'GENESYS_CLIENT_ID and GENESYS_CLIENT_SECRET are missing: GENESYS_SCHEDULE_GROUP_ID, GENESYS_EMERGENCY_GROUP_ID and GENESYS_QUEUE_ID need OAuth',
    )
  }
  return ids
}
