import type { IRouter, RequestHandler } from 'express'
import type { Capability } from '../contract/contract.ts'
import { createAvailabilityFeature } from './availability/availability-feature.ts'
import type { GenesysClient } from './genesys-client.ts'
import type { Log } from './observability/log.ts'
import type { ReadinessCheck } from './observability/readiness.ts'
import type { Config } from './settings/config.ts'
import type { SharedState } from './shared-state/shared-state.ts'

/** What a site has besides the guest's chat, where it is set up. Other parts do not know of it. */
export interface OptionalFeature {
  /** Of guest sessions. */
  readonly capabilities: readonly Capability[]
  /** @param guards what a request of any allowed page passes */
  addRoutes(router: IRouter, guards: readonly RequestHandler[]): void
  checks(): Promise<readonly ReadinessCheck[]>
  /** What is found now, and what is wrong; undefined where it is not set up. */
  diagnose(): Promise<
    { readonly found: string; readonly problems: readonly { readonly hint: string }[] } | undefined
  >
}

export interface FeatureParts {
  readonly genesys: Pick<GenesysClient, 'api' | 'accessToken'>
  readonly log: Log
  readonly now: () => number
  readonly monotonicNow: () => number
  /** Calls to Genesys that each feature may make in a minute. Default: what it takes itself. */
  readonly callsPerMinute?: number
  /** Undefined where replicas share nothing. */
  readonly sharedState?: Pick<SharedState, 'values' | 'takeCall'> | undefined
}

/** Each feature is a folder of its own and a line here; without both there is nothing of it. */
export function createOptionalFeatures(config: Config, parts: FeatureParts): readonly OptionalFeature[] {
  const { genesys, sharedState } = parts
  const { api, accessToken } = genesys
  const platform = accessToken && {
    ...parts,
    api,
    accessToken,
    apiUrl: config.genesys.hosts.apiUrl,
    timeoutMs: config.upstreamTimeoutMs,
    sharedValues: sharedState?.values,
    takeSharedCall: sharedState?.takeCall,
  }
  return [createAvailabilityFeature(config.availability, platform)]
}
