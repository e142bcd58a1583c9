import type { IRouter, RequestHandler } from 'express'
import type { Capability, Deployment } from '../contract/contract.ts'
import { createBlocklistFeature } from './features/blocklist/blocklist-feature.ts'
import { createChallengeFeature } from './features/challenge/challenge-feature.ts'
import { createAvailabilityFeature } from './features/availability/availability-feature.ts'
import type { GuestApi } from './genesys/guest-api.ts'
import type { GenesysClient } from './create-genesys-client.ts'
import type { GuestRouteGuards } from './middleware/guest-route-guards.ts'
import { createKnowledgeFeature } from './features/knowledge/knowledge-feature.ts'
import type { Log } from './observability/log.ts'
import type { ReadinessCheck } from './observability/readiness-report.ts'
import { createJourneyFeature } from './features/journey/journey-feature.ts'
import { createPreChatFeature } from './features/pre-chat/pre-chat-feature.ts'
import type { GuestServices } from './routes/guest-routes.ts'
import type { Config } from './settings/config.ts'
import type { TrustedAttributes } from './sessions/identity.ts'
import type { RequireChallenge } from './sessions/session-opening.ts'
import type { SharedState } from './shared-state/shared-state.ts'
import { createSurveyFeature } from './features/survey/survey-feature.ts'
import { createTranscriptFeature } from './features/transcript/transcript-feature.ts'
import { createVisitorWebhookFeature } from './features/visitor-webhook/visitor-webhook-feature.ts'

export type FeatureName =
  | 'availability'
  | 'pre-chat form'
  | 'survey'
  | 'transcript'
  | 'visitor webhook'
  | 'challenge'
  | 'blocklist'
  | 'knowledge'
  | 'journey'

/** An optional part of a site, in addition to the chat. No other module depends on it. */
export interface OptionalFeature {
  readonly name: FeatureName
  /** The capabilities that the feature adds to guest sessions. */
  readonly capabilities: readonly Capability[]
  /** The fields that the feature adds to `GET /deployment`. */
  readonly deployment?: Partial<Deployment>
  addRoutes(router: IRouter, routes: FeatureRoutes): void
  readinessChecks(): Promise<readonly ReadinessCheck[]>
  /** The current state and its problems; undefined if the feature is off. */
  diagnose(): Promise<
    { readonly found: string; readonly problems: readonly { readonly hint: string }[] } | undefined
  >
  /** Identifies the visitor who sent a request, if the feature can. */
  readonly trustedAttributes?: TrustedAttributes | undefined
  /** Adds the feature's events to a guest's live events. */
  readonly addEvents?: ((guestApi: GuestApi) => GuestApi['subscribe']) | undefined
  /** Middleware that runs before every guest route. */
  readonly beforeRoutes?: readonly RequestHandler[]
  /** Middleware for requests with a session; it runs after the token has been verified. */
  readonly afterSession?: readonly RequestHandler[]
  /** Throws if a verified visitor must not be served. */
  readonly acceptVisitor?: ((visitor: string) => void) | undefined
  /** Middleware for requests to open a session; it runs after the body has been read. */
  readonly beforeOpening?: readonly RequestHandler[]
  /** Rejects if a challenge must be solved before a new guest or a new conversation is requested from Genesys. */
  readonly requireChallenge?: RequireChallenge | undefined
  replaceSessionKeys?(keys: readonly Uint8Array[]): void
  close?(): void
}

/** What a feature's routes can use. */
export interface FeatureRoutes {
  readonly guards: GuestRouteGuards
  readonly services: GuestServices
  readonly newDeadline: () => number
}

export interface FeatureParts {
  /** The capabilities of the guest API. */
  readonly guestApi: { readonly capabilities: ReadonlySet<Capability> }
  readonly genesys: Pick<GenesysClient, 'api' | 'accessToken'>
  readonly log: Log
  readonly now: () => number
  readonly monotonicNow: () => number
  /** The maximum number of calls per minute that each feature makes to Genesys. Default: the feature's own limit. */
  readonly callsPerMinute?: number
  /** Masks what must not leave the service; undefined if nothing is masked. */
  readonly mask?: ((text: string) => string) | undefined
  /** Undefined if replicas share nothing. */
  readonly sharedState?: Pick<SharedState, 'values' | 'calls' | 'countRateLimit' | 'attempts'> | undefined
}

/** Each feature is one folder and one entry here. If both are removed, the service runs without the feature. */
export function createOptionalFeatures(config: Config, parts: FeatureParts): readonly OptionalFeature[] {
  const { sharedState } = parts
  const { api, accessToken } = parts.genesys
  const platform = {
    ...parts,
    api,
    accessToken,
    apiUrl: config.genesys.hosts.apiUrl,
    deploymentId: config.genesys.deploymentId,
    timeoutMs: config.upstreamTimeoutMs,
    sharedCalls: sharedState?.calls,
  }
  return [
    createAvailabilityFeature(
      config.availability,
      accessToken && {
        ...platform,
        accessToken,
        sharedValues: sharedState?.values,
        sharedAttempts: sharedState?.attempts,
      },
      config.callbacks,
    ),
    createPreChatFeature(config.preChatForm, {
      hasAttributes: parts.guestApi.capabilities.has('attributes'),
    }),
    createSurveyFeature(config.survey, parts),
    createJourneyFeature(config.journey, platform),
    createTranscriptFeature({
      isEnabled: config.transcript,
      hasHistory: parts.guestApi.capabilities.has('history'),
      now: parts.now,
    }),
    createKnowledgeFeature(config.knowledge, platform),
    createVisitorWebhookFeature(config.visitorWebhook, parts),
    createBlocklistFeature(config.blocklistFile, parts),
    createChallengeFeature(config.challenge, {
      ...parts,
      sessionKeys: config.session.keys,
      countShared: sharedState?.countRateLimit,
      takeOnce: sharedState && ((name, windowMs) => sharedState.calls.take(name, { max: 1, windowMs })),
    }),
  ]
}
