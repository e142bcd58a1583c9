import type { Config } from '../service/settings/config.ts'
import { findRegion } from '../service/genesys/regions.ts'
import { VERSION } from '../version.ts'
import type { AnswerShape } from './answer-record.ts'
import type { Assumptions } from './assumptions.ts'
import type { Diagnosis } from './diagnose.ts'

/** What `--report` writes: how a Genesys answers, without any value of an organization, a person or a machine. */
export interface AnswerReport {
  readonly report: 'genesys-guest-bff answers'
  readonly version: string
  /** The day, as in `2026-11-22`. */
  readonly date: string
  /** `organisation`, or `gateway`: anything else that speaks these operations, such as a simulator. */
  readonly platform: 'organisation' | 'gateway'
  readonly driver: string
  /** Name of each check, and what came out. */
  readonly checks: Readonly<Record<string, string>>
  readonly answers: readonly AnswerShape[]
  /** By the names of docs/genesys-cloud.md. */
  readonly assumptions: Assumptions
}

export function reportOf({ lines, answers, assumptions = {}, config }: Diagnosis, now: number): AnswerReport {
  return {
    report: 'genesys-guest-bff answers',
    version: VERSION,
    date: new Date(now).toISOString().slice(0, 10),
    platform: config && isOrganization(config) ? 'organisation' : 'gateway',
    driver: config?.genesys.guestApi ?? 'unknown',
    checks: Object.fromEntries(lines.map(({ check, status }) => [check, status])),
    answers,
    assumptions,
  }
}

function isOrganization({ genesys: { region, hosts } }: Config): boolean {
  return region !== undefined && findRegion(region).apiUrl === hosts.apiUrl
}
