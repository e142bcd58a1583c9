import { UpstreamError } from '../errors/upstream-error.ts'
import type { DeploymentInfo, GuestApi } from './guest-api.ts'

/**
 * Reads the deployment, which must be active.
 * @throws {UpstreamError} `deployment_not_usable` if it is not
 */
export async function activeDeployment(guestApi: GuestApi, deadlineAtMs: number): Promise<DeploymentInfo> {
  const deployment = await guestApi.deployment(deadlineAtMs)
  if (deployment.status === 'active') return deployment
  throw new UpstreamError('deployment_not_usable', 'The deployment is not active.', {
    hint: 'Activate the Messenger deployment in Genesys Cloud: Admin, Message, Messenger Deployments.',
  })
}
