import type { Config } from '../service/settings/config.ts'
import { findRegion } from '../service/genesys/regions.ts'
import { VERSION } from '../version.ts'
import type { AnswerShape } from './answer-record.ts'
import type { Assumptions } from './assumptions.ts'
import type { Diagnosis } from './diagnose.ts'

/**
 * The content of `--report`: how Genesys responds, without any value of an organization, a person or a
 * machine.
 */
export interface AnswerReport {
  readonly report: 'genesys-guest-bff answers'
  readonly version: string
  /** The date, for example `2026-11-22`. */
  readonly date: string
  /** `organization`, or `gateway`: anything else that implements these operations, such as a simulator. */
  readonly platform: 'organization' | 'gateway'
  readonly driver: string
  /** The name and the result of each check. */
  readonly checks: Readonly<Record<string, string>>
  readonly answers: readonly AnswerShape[]
  /** With the names from docs/genesys-cloud.md. */
  readonly assumptions: Assumptions
}

export function reportOf({ lines, answers, assumptions = {}, config }: Diagnosis, now: number): AnswerReport {
  return {
    report: 'genesys-guest-bff answers',
    version: VERSION,
    date: new Date(now).toISOString().slice(0, 10),
    platform: config && isOrganization(config) ? 'organization' : 'gateway',
    driver: config?.genesys.guestApi ?? 'unknown',
    checks: Object.fromEntries(lines.map(({ check, status }) => [check, status])),
    answers,
    assumptions,
  }
}

function isOrganization({ genesys: { region, hosts } }: Config): boolean {
  return region !== undefined && findRegion(region).apiUrl === hosts.apiUrl
}
