import * as z from 'zod'
import type { UpstreamClient } from '../../../../outgoing-http/upstream-client.ts'
import { UpstreamError } from '../../../../errors/upstream-error.ts'
import { parseUrl } from '../../../../urls/parse-url.ts'

const Domains = z.object({
  allowAllDomains: z.boolean().optional().catch(undefined),
  allowedDomains: z.array(z.string()).catch([]),
})
export type AllowedDomains = z.infer<typeof Domains>

/** Genesys: `domains.json` is next to the public configuration. */
export interface AllowedDomainsOptions {
  readonly cdn: UpstreamClient
  readonly cdnUrl: string
  readonly deploymentId: string
}

/**
 * A refused handshake does not say whether the deployment or the origin is the reason. The published list of
 * allowed domains shows which one it is; without the list, the error stays unchanged.
 */
export async function explainRefusal(
  error: UpstreamError,
  origin: string | undefined,
  options: AllowedDomainsOptions,
  deadlineAtMs: number,
): Promise<UpstreamError> {
  const host = origin === undefined ? undefined : hostOf(origin)
  if (error.code !== 'deployment_not_usable' || error.facts.status !== 403 || host === undefined) return error
  const domains = await readAllowedDomains(options, deadlineAtMs)
  if (!domains || isAllowed(domains, host)) return error
  const hint = `Add ${host} to the allowed domains of the Messenger deployment ${options.deploymentId}.`
  return new UpstreamError(error.code, error.message, { ...error.facts, hint })
}

/**
 * The given websites that the deployment does not allow. A pattern such as `https://*.example.com` counts as its
 * domain.
 */
export async function originsNotAllowed(
  origins: readonly string[],
  options: AllowedDomainsOptions,
  deadlineAtMs: number,
): Promise<readonly string[]> {
  const domains = await readAllowedDomains(options, deadlineAtMs)
  if (!domains) return []
  return origins.filter((origin) => {
    const host = hostOf(origin.replace('://*.', '://'))
    return host !== undefined && !isAllowed(domains, host)
  })
}

/** The deployment's published list; undefined if it cannot be read. */
export async function readAllowedDomains(
  { cdn, cdnUrl, deploymentId }: AllowedDomainsOptions,
  deadlineAtMs: number,
) {
  const url = `${cdnUrl}/webdeployments/v1/deployments/${encodeURIComponent(deploymentId)}/domains.json`
  try {
    return await cdn.request({
      operation: 'read_allowed_domains',
      method: 'GET',
      url,
      schema: Domains,
      retry: 'never',
      deadlineAtMs,
    })
  } catch {
    return undefined
  }
}

function isAllowed({ allowAllDomains, allowedDomains }: AllowedDomains, host: string): boolean {
  if (allowAllDomains === true) return true
  return allowedDomains.some((domain) => {
    const name = (hostOf(domain) ?? domain).replace(/^\*\./, '').toLowerCase()
    return host === name || host.endsWith(`.${name}`)
  })
}

function hostOf(origin: string): string | undefined {
  return parseUrl(origin)?.hostname
}
