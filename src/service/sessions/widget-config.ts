import { activeDeployment } from '../genesys/active-deployment.ts'
import type { GuestApi } from '../genesys/guest-api.ts'
import type { GuestAttributes } from './guest-attributes.ts'
import type { SessionClaims } from './session-token.ts'

/**
 * What a page needs to start Genesys' own widget or SDK: ids, region and the guest's identity, without a login
 * prompt.
 */
export interface WidgetConfig {
  readonly deploymentId: string
  readonly organizationId?: string
  /** The organization's AWS region, such as `eu-west-1`. */
  readonly environment?: string
  readonly guestDetails: Readonly<Record<string, string>>
  readonly features: { readonly login: false }
  readonly uiConfig: {
    readonly showLoginPrompt: false
    readonly theme?: { readonly primaryColor: string }
  }
}

/** @throws {UpstreamError} `deployment_not_usable` unless the deployment is active */
export type ReadWidgetConfig = (
  claims: SessionClaims | undefined,
  deadlineAtMs: number,
) => Promise<WidgetConfig>

export function createWidgetConfig(options: {
  readonly guestApi: GuestApi
  readonly attributes: GuestAttributes
  /** Field of the guest's details -> attribute key. */
  readonly prefill: Readonly<Record<string, string>>
  readonly organizationId: string | undefined
  readonly environment: string | undefined
}): ReadWidgetConfig {
  const { guestApi, attributes, prefill, environment } = options
  return async (claims, deadlineAtMs) => {
    const deployment = await activeDeployment(guestApi, deadlineAtMs)
    const organizationId = options.organizationId ?? deployment.organizationId
    const primaryColor = deployment.styles?.primaryColor
    const known = claims === undefined ? {} : attributes.latest(claims).attributes.values
    const guestDetails = Object.entries(prefill).flatMap(([field, key]) => {
      const value = known[key]
      return value === undefined ? [] : [[field, value] as const]
    })
    return {
      deploymentId: deployment.id,
      ...(organizationId !== undefined && { organizationId }),
      ...(environment !== undefined && { environment }),
      guestDetails: Object.fromEntries(guestDetails),
      features: { login: false },
      uiConfig: { showLoginPrompt: false, ...(primaryColor !== undefined && { theme: { primaryColor } }) },
    }
  }
}
