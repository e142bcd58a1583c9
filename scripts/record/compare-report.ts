import { readFileSync } from 'node:fs'
import { readConfig } from '../../src/service/settings/read-config.ts'
import type { AnswerShape } from '../../src/doctor/answer-record.ts'
import { diagnose } from '../../src/doctor/diagnose.ts'
import { reportOf, type AnswerReport } from '../../src/doctor/report-file.ts'
import { shapeDifferences, type Difference } from './compare.ts'
import { settingsOf, withSimulator } from './with-simulator.ts'

/** @throws {Error} if the file was not written by `doctor --report` */
export function readReport(path: string): AnswerReport {
  const report = JSON.parse(readFileSync(path, 'utf8')) as Partial<AnswerReport>
  if (report.report === 'genesys-guest-bff answers' && Array.isArray(report.answers))
    return report as AnswerReport
  throw new Error(`${path} is not a report written by \`doctor --report\`.`)
}

/** The doctor's report for a simulator in which every check succeeds. */
export function reportOfSimulator(driver: string, send: boolean): Promise<AnswerReport> {
  return withSimulator({}, async (genesys) => {
    const readSettings = () => readConfig({ ...settingsOf(genesys), GENESYS_GUEST_API: driver })
    return reportOf(await diagnose({ readSettings, send }), Date.now())
  })
}

/** The differences in shape between the responses in two reports, including calls that only one of them has. */
export function reportDifferences(report: AnswerReport, simulator: AnswerReport): Difference[] {
  const calls = [...new Set([...report.answers, ...simulator.answers].map(({ call }) => call))]
  return calls.flatMap((call) => {
    const [ours, theirs] = [report, simulator].map(({ answers }) => merged(answers, call))
    return shapeDifferences(call, ours ?? new Map(), theirs ?? new Map())
  })
}

/** Merges the shapes of all responses to a call, because their order is irrelevant. */
function merged(answers: readonly AnswerShape[], call: string): Map<string, string> {
  const types = new Map<string, Set<string>>()
  const add = (where: string, type: string) =>
    types.set(where, new Set([...(types.get(where) ?? []), ...type.split('|')]))
  for (const { status, code, headers = [], shape } of answers.filter((answer) => answer.call === call)) {
    add('status', code === undefined ? String(status) : `${status} ${code}`)
    for (const name of headers) add(`header ${name}`, 'there')
    for (const [where, type] of Object.entries(shape)) add(where, type)
  }
  return new Map([...types].map(([where, found]) => [where, [...found].sort().join('|')]))
}
