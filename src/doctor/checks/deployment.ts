import { activeDeployment } from '../../service/genesys/active-deployment.ts'
import type { DeploymentInfo } from '../../service/genesys/guest-api.ts'
import { readAllowedDomains } from '../../service/genesys/drivers/web-messaging/operations/allowed-domains.ts'
import { readConfig } from '../../service/genesys/drivers/web-messaging/operations/deployment-config.ts'
import { failed, listed, ok, skipped, type Check, type CheckContext, type Finding } from '../check.ts'

const DEPLOYMENTS = 'Admin > Message > Messenger Deployments'

const deployment: Check = {
  name: 'deployment',
  needs: ['region'],
  async run(context) {
    const { genesys, newDeadline, learned } = context
    const info = await activeDeployment(genesys.guestApi, newDeadline())
    learned.deployment = info
    const off = await switchedOff(context)
    if (off !== undefined) {
      return failed(
        `${off} is off in the deployment's configuration, so guests cannot start a conversation`,
        `Turn it on in the deployment's configuration, and publish the configuration, which ${DEPLOYMENTS} names.`,
      )
    }
    const name = info.name === undefined ? '' : ` “${info.name}”`
    return ok(`active${name}, Messenger on; ${featuresOf(info)}`)
  },
}

async function switchedOff({ config, genesys, newDeadline }: CheckContext): Promise<string | undefined> {
  const { guestApi, deploymentId, hosts } = config.genesys
  if (guestApi !== 'web-messaging') return undefined
  const { messenger } = await readConfig(
    { cdn: genesys.cdn, cdnUrl: hosts.cdnUrl, deploymentId },
    newDeadline(),
  )
  if (messenger?.enabled === false) return 'Messenger'
  return messenger?.apps?.conversations?.enabled === false ? 'conversations' : undefined
}

const FEATURES = {
  agentTyping: 'agent is typing',
  guestTyping: 'guest is typing',
  end: 'guest can end the conversation',
  attachments: 'files',
  autoStart: 'automatic start',
  markdown: 'rich text',
  signIn: 'sign-in',
} as const satisfies Record<keyof NonNullable<DeploymentInfo['features']>, string>

function featuresOf({ features }: DeploymentInfo): string {
  if (!features) return 'its features are unknown'
  const names = Object.entries(FEATURES) as [keyof typeof FEATURES, string][]
  const on = names.filter(([key]) => features[key]).map(([, text]) => text)
  const off = names.filter(([key]) => !features[key]).map(([, text]) => text)
  return `on: ${on.join(', ') || 'nothing'}; off: ${off.join(', ') || 'nothing'}`
}

const allowedDomains: Check = {
  name: 'allowed domains',
  needs: ['deployment'],
  async run({ config, genesys, newDeadline }) {
    if (!genesys.guestApi.originsNotAllowed) return skipped('this guest API has none')
    const leftOut = await genesys.guestApi.originsNotAllowed(config.allowedOrigins, newDeadline())
    if (leftOut.length === 0)
      return ok(`the deployment allows ${listed(config.allowedOrigins)}, all of ALLOWED_ORIGINS`)
    const hosts = leftOut.map((origin) => origin.replace(/^https?:\/\/(\*\.)?/, '').replace(/:\d+$/, ''))
    return failed(
      `the deployment does not allow ${listed(leftOut)} from ALLOWED_ORIGINS`,
      `Add ${listed(hosts)} to the deployment's allowed domains: ${DEPLOYMENTS}.`,
    )
  },
}

const allowedOrigins: Check = {
  name: 'allowed origins',
  needs: ['deployment'],
  async run({ config, genesys, newDeadline }): Promise<Finding> {
    const { deploymentId, hosts } = config.genesys
    const { cdn } = genesys
    if (!genesys.guestApi.originsNotAllowed) return skipped('this guest API has no allowed domains')
    const domains = await readAllowedDomains({ cdn, cdnUrl: hosts.cdnUrl, deploymentId }, newDeadline())
    if (!domains) return skipped("the deployment's allowed domains could not be read")
    if (domains.allowAllDomains === true)
      return ok('the deployment allows all domains; ALLOWED_ORIGINS decides')
    const leftOut = domains.allowedDomains.filter((domain) => !isCovered(domain, config.allowedOrigins))
    if (leftOut.length === 0) return ok('ALLOWED_ORIGINS has every domain that the deployment allows')
    return failed(
      `pages on ${listed(leftOut)} are allowed in Genesys Cloud, but refused here (403 origin_not_allowed)`,
      `Add ${listed(leftOut.map((domain) => `https://${domain}`))} to ALLOWED_ORIGINS; if others use the deployment, run with --ignore "allowed origins".`,
    )
  },
}

/** A domain includes its subdomains, as does an origin with a wildcard. */
function isCovered(domain: string, origins: readonly string[]): boolean {
  const [name = ''] = domain
    .toLowerCase()
    .replace(/^https?:\/\//, '')
    .replace(/^\*\./, '')
    .split(/[:/]/, 1)
  return origins.some((origin) => {
    const host = new URL(origin.replace('://*.', '://')).hostname
    if (host === name || host.endsWith(`.${name}`)) return true
    return origin.includes('://*.') && name.endsWith(`.${host}`)
  })
}

export const DEPLOYMENT_CHECKS: readonly Check[] = [deployment, allowedDomains, allowedOrigins]
