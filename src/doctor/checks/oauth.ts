import { randomUUID } from 'node:crypto'
import * as z from 'zod'
import type { Config } from '../../service/settings/config.ts'
import { allRegions, findRegion } from '../../service/genesys/regions.ts'
import { readConfig } from '../../service/genesys/drivers/web-messaging/operations/deployment-config.ts'
import { createUpstreamClient, type UpstreamClient } from '../../service/outgoing-http/upstream-client.ts'
import { UpstreamError } from '../../service/errors/upstream-error.ts'
import { failed, ok, skipped, warning, type Check, type CheckContext } from '../check.ts'

const REGION_TIMEOUT_MS = 3000
const SIGN_IN_REGION = 'Set GENESYS_REGION to the region of the address at which your agents sign in.'

/** Checks whether the organization is in this region, which is so if the region knows its deployment or OAuth client. */
const region: Check = {
  name: 'region',
  needs: ['tls'],
  async run(context) {
    const { config } = context
    const place = placeOf(config)
    const deployment = await deploymentIsKnown(context, config.genesys.hosts.cdnUrl)
    if (deployment === true) return ok(`the deployment is known in ${place}`)
    const client = await clientIsKnown(context)
    if (client === true) return ok(`the OAuth client is known in ${place}`)
    if (deployment === undefined && client === undefined) return skipped(`${place} could not be checked`)
    const other = await regionOfDeployment(context)
    if (other !== undefined) {
      return failed(
        `the deployment is not known in ${place}, but it is known in ${other}`,
        `Set GENESYS_REGION=${other}.`,
      )
    }
    if (client === false) {
      return failed(
        `neither the deployment nor the OAuth client is known in ${place}`,
        `${SIGN_IN_REGION} If it is right, both GENESYS_DEPLOYMENT_ID and GENESYS_CLIENT_ID are wrong.`,
      )
    }
    return warning(`the deployment is not known in ${place}, which may be the wrong region`, SIGN_IN_REGION)
  },
}

function placeOf({ genesys: { region: name, hosts } }: Config): string {
  if (name !== undefined && findRegion(name).cdnUrl === hosts.cdnUrl) return name
  return new URL(hosts.cdnUrl).host
}

/** Checks the deployment through its public configuration; undefined if that is not possible. */
async function deploymentIsKnown(
  { config: { genesys: settings }, genesys, newDeadline }: CheckContext,
  cdnUrl: string,
  cdn: UpstreamClient = genesys.cdn,
): Promise<boolean | undefined> {
  if (settings.guestApi !== 'web-messaging') return undefined
  try {
    await readConfig({ cdn, cdnUrl, deploymentId: settings.deploymentId }, newDeadline())
    return true
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error
    return error.code === 'deployment_not_usable' ? false : undefined
  }
}

async function clientIsKnown({ genesys, newDeadline }: CheckContext): Promise<boolean | undefined> {
  if (!genesys.accessToken) return undefined
  try {
    await genesys.accessToken.get(newDeadline())
    return true
  } catch (error) {
    if (!(error instanceof UpstreamError) || error.code !== 'upstream_auth_failed') return undefined
    // Genesys responds to an unknown client with 400 and this code. A refused secret or grant means that the client is
    // known.
    return !(error.facts.status === 400 && error.facts.upstreamCode === 'invalid_client')
  }
}

/** Looks for the deployment, whose id is public, in the content delivery networks of all other regions. */
async function regionOfDeployment(context: CheckContext): Promise<string | undefined> {
  const { cdnUrl } = context.config.genesys.hosts
  const regions = allRegions()
  if (!regions.some((one) => one.cdnUrl === cdnUrl)) return undefined
  const others = regions.filter((one) => one.cdnUrl !== cdnUrl)
  const known = await Promise.all(
    others.map(async (one) => {
      // Each region has a separate client, because an unreachable region must not affect the others.
      const client = createUpstreamClient({ name: 'cdn', timeoutMs: REGION_TIMEOUT_MS })
      const isKnown = await deploymentIsKnown(context, one.cdnUrl, client)
      client.close()
      return isKnown
    }),
  )
  return others.find((_, i) => known[i] === true)?.awsRegion
}

const oauthClient: Check = {
  name: 'oauth client',
  needs: ['region'],
  async run({ genesys, newDeadline }) {
    if (!genesys.accessToken) {
      return skipped('not configured: attributes are sent only with the next message')
    }
    await genesys.accessToken.get(newDeadline())
    return ok('Genesys issues an access token')
  },
}

const CONVERSATION_VIEW = 'conversation:message:view or conversation:webmessaging:view'
const ROLE = "one of the OAuth client's roles, in the divisions where conversations arrive"

const permissions: Check = {
  name: 'permissions',
  needs: ['oauth client'],
  async run(context) {
    if (context.config.genesys.guestApi !== 'web-messaging')
      return skipped('shown by opening a guest session: use --send')
    if (!context.genesys.accessToken) return skipped('no OAuth client')
    const { hosts, deploymentId } = context.config.genesys
    // For an id that does not exist, the response is 404 with the permission and 403 without it.
    const details = `${hosts.apiUrl}/api/v2/conversations/messages/${randomUUID()}/details`
    const deployment = `${hosts.apiUrl}/api/v2/webdeployments/deployments/${encodeURIComponent(deploymentId)}`
    if (!(await isPermitted(context, details))) {
      return failed(
        "the OAuth client is not allowed to find a message's conversation, so attributes are sent only with the next message",
        `Add ${CONVERSATION_VIEW} to ${ROLE}.`,
      )
    }
    if (!(await isPermitted(context, deployment))) {
      return warning(
        "the OAuth client is not allowed to read the deployment, so its name is not known; guests don't notice",
        "Add webDeployments:deployment:view to one of the OAuth client's roles.",
      )
    }
    return ok('the OAuth client is allowed to find conversations and read the deployment')
  },
}

async function isPermitted({ genesys, newDeadline }: CheckContext, url: string): Promise<boolean> {
  const deadlineAtMs = newDeadline()
  const call = (authorization: string) =>
    genesys.api.request({
      operation: 'read_permissions',
      method: 'GET',
      url,
      headers: { authorization },
      schema: z.unknown(),
      retry: 'idempotent',
      deadlineAtMs,
    })
  try {
    await genesys.accessToken?.authorize(call, deadlineAtMs)
    return true
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error
    if (error.facts.status === 404) return true
    // If a permission is missing, the response has a code. Without one, the reason is different, such as this machine's
    // address.
    if (error.facts.status === 403 && error.facts.upstreamCode !== undefined) return false
    throw error
  }
}

export const OAUTH_CHECKS: readonly Check[] = [region, oauthClient, permissions]
