import * as z from 'zod'
import { createCachedValue } from '../../../outgoing-http/cached-value.ts'
import { pathSegment } from '../../../urls/path-segment.ts'
import { monotonicNow as processMonotonicNow } from '../../../time/monotonic-now.ts'
import { UpstreamError } from '../../../errors/upstream-error.ts'
import type { DeadlineAtMs, DeploymentInfo } from '../../guest-api.ts'
import {
  DEPLOYMENT_NOT_ACTIVE,
  DEPLOYMENT_NOT_FOUND,
  DEPLOYMENT_OF_ANOTHER_ORGANIZATION,
  explainWith,
  READ_DEPLOYMENT,
} from './refusal-hints.ts'
import type { RestGuestOptions } from './rest-driver-parts.ts'

const TTL_MS = 3 * 60_000
/** Short, so that a deployment that was fixed is usable soon. */
const NEGATIVE_TTL_MS = 15_000
const STALE_IF_ERROR_MS = 60 * 60_000
/** The timeout for a check, including its retries. All callers share the check. */
const CHECK_TIMEOUT_MS = 20_000

export interface MessageCenterDeployment {
  /** The last result: at most a few minutes old or, if later checks have failed, about an hour. */
  info(deadlineAtMs: DeadlineAtMs): Promise<DeploymentInfo>
  /** The error from the last check, if it failed. */
  readonly error: UpstreamError | undefined
  /** @throws {UpstreamError} `deployment_not_usable` unless the deployment is active. */
  requireActive(deadlineAtMs: DeadlineAtMs): Promise<void>
}

const Deployment = z.object({
  id: z.string(),
  name: z.string().nullish(),
  organizationId: z.string().nullish(),
  status: z.string(),
})

/**
 * `GET /api/v2/messagecenter/deployments/{deploymentId}` with the service's OAuth token; concurrent callers
 * share one request.
 */
export function createMessageCenterDeployment(options: RestGuestOptions): MessageCenterDeployment {
  const { monotonicNow = processMonotonicNow } = options
  const deployment = createCachedValue({
    load: (deadlineAtMs) => readDeployment(options, deadlineAtMs),
    loadTimeoutMs: CHECK_TIMEOUT_MS,
    timeoutMessage: 'Genesys did not respond in time (read_deployment).',
    ttlMs: ({ status }) => (status === 'active' ? TTL_MS : NEGATIVE_TTL_MS),
    staleIfErrorMs: STALE_IF_ERROR_MS,
    negativeTtlMs: (error) => (isDefinitive(error) ? NEGATIVE_TTL_MS : 0),
    isDefinitive,
    monotonicNow,
  })
  return {
    info: (deadlineAtMs) => deployment.get(deadlineAtMs),
    get error() {
      return deployment.error instanceof UpstreamError ? deployment.error : undefined
    },
    async requireActive(deadlineAtMs) {
      const { status } = await deployment.get(deadlineAtMs)
      if (status !== 'active') throw notUsable('The deployment is not active.', DEPLOYMENT_NOT_ACTIVE)
    },
  }
}

/** True if Genesys has rejected the deployment; other errors only mean that the check was not possible. */
function isDefinitive(error: unknown): boolean {
  return error instanceof UpstreamError && ['deployment_not_usable', 'upstream_refused'].includes(error.code)
}

async function readDeployment(
  options: RestGuestOptions,
  deadlineAtMs: DeadlineAtMs,
): Promise<DeploymentInfo> {
  const { apiUrl, deploymentId, organizationId, client, accessToken } = options
  const url = `${apiUrl}/api/v2/messagecenter/deployments/${pathSegment(deploymentId) ?? ''}`
  const read = (authorization: string): Promise<z.infer<typeof Deployment>> =>
    client.request({
      operation: 'read_deployment',
      method: 'GET',
      url,
      headers: { authorization },
      schema: Deployment,
      deadlineAtMs,
      retry: 'idempotent',
      explain: explainWith(READ_DEPLOYMENT),
    })
  const deployment = await accessToken.authorize(read, deadlineAtMs).catch((error: unknown) => {
    throw isNotFound(error) ? notUsable('The deployment does not exist.', DEPLOYMENT_NOT_FOUND, error) : error
  })
  if (organizationId && deployment.organizationId && deployment.organizationId !== organizationId) {
    throw notUsable('The deployment belongs to another organization.', DEPLOYMENT_OF_ANOTHER_ORGANIZATION)
  }
  return {
    id: deployment.id,
    status: deployment.status.toLowerCase() === 'active' ? 'active' : 'inactive',
    ...(deployment.name && { name: deployment.name }),
    ...(deployment.organizationId && { organizationId: deployment.organizationId }),
  }
}

function isNotFound(error: unknown): error is UpstreamError {
  return error instanceof UpstreamError && error.facts.status === 404
}

function notUsable(message: string, hint: string, refusal?: UpstreamError): UpstreamError {
  return new UpstreamError('deployment_not_usable', message, { ...refusal?.facts, hint })
}
