import type { Config } from '../service/settings/config.ts'
import type { GenesysClient } from '../service/create-genesys-client.ts'
import type { DeploymentInfo, Guest, OpenedGuest } from '../service/genesys/guest-api.ts'
import type { AnswerRecord } from './answer-record.ts'

export interface Finding {
  /** `skipped`: not configured, or a check on which this one depends has failed. */
  readonly status: 'ok' | 'warning' | 'failed' | 'skipped'
  /** What was found, in a sentence or two, without secrets. */
  readonly found: string
  /** The setting to change, here or in Genesys Cloud's administration. */
  readonly fix?: string | undefined
}

export interface Check {
  readonly name: string
  /** The checks that must succeed before this one is meaningful. */
  readonly needs: readonly string[]
  /** If this throws an `UpstreamError`, the check has failed. */
  run(context: CheckContext): Promise<Finding> | Finding
}

export interface CheckContext {
  readonly config: Config
  readonly genesys: GenesysClient
  readonly answers: AnswerRecord
  /** This machine's time of day, epoch ms. */
  readonly now: () => number
  /** Returns the deadline for a step that starts now. */
  readonly newDeadline: () => number
  /** Whether a message may be sent to an agent. */
  readonly send: boolean
  /** Address of the running service, if given. */
  readonly serviceUrl: string | undefined
  /** Results that later checks use. */
  readonly learned: { deployment?: DeploymentInfo; guest?: Guest; opened?: OpenedGuest }
}

export const ok = (found: string): Finding => ({ status: 'ok', found })
export const warning = (found: string, fix?: string): Finding => ({ status: 'warning', found, fix })
export const failed = (found: string, fix?: string): Finding => ({ status: 'failed', found, fix })
export const skipped = (found: string): Finding => ({ status: 'skipped', found })

/** The origins of allowed pages; for a wildcard, a sample subdomain. */
export function originsOf({ allowedOrigins }: Config): string[] {
  return allowedOrigins.map((origin) => origin.replace('://*.', '://www.'))
}

/** `a`, `a and b` or `a, b and c`, each item once. */
export function listed(all: readonly string[]): string {
  const items = [...new Set(all)]
  return items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} and ${items.at(-1) ?? ''}`
}
