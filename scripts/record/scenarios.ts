import { GUEST_API_NAMES, type GuestApiName } from '../../src/service/genesys/guest-api.ts'
import { oauthScenarios, webMessagingScenarios } from './other-scenarios.ts'
import { restScenarios } from './rest-scenarios.ts'
import type { Scenario } from './scenario.ts'

/** The folders of fixtures: one for each driver, and one for the token endpoint, which is the same for all drivers. */
export const FOLDERS = [...GUEST_API_NAMES, 'oauth'] as const
export type Folder = (typeof FOLDERS)[number]

export function driverOf(folder: Folder): GuestApiName {
  return folder === 'oauth' ? 'external-guests' : folder
}

export function scenariosOf(folder: Folder): Scenario[] {
  if (folder === 'oauth') return oauthScenarios()
  return folder === 'web-messaging' ? webMessagingScenarios() : restScenarios(folder)
}

/** Whether the scenario works with any Genesys, not only with a simulator. */
export function needsNoSimulator({ simulator, injectFaults }: Scenario): boolean {
  return simulator === undefined && injectFaults === undefined
}
