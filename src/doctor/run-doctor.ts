import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import type { Config } from '../config.ts'
import { CHECK_NAMES, diagnose, type Diagnosis } from './diagnose.ts'
import { reportOf } from './report-file.ts'
import { withoutSecrets } from './secrets.ts'
import { summaryOf, tableOf } from './table.ts'
import { DOCTOR_USAGE } from './usage.ts'

/** 0, 1 and 2 are the three that a script asks for. */
export const EXIT_STATUS = { good: 0, failed: 1, 'bad-settings': 2 } as const

export interface DoctorProgram {
  readonly args: readonly string[]
  /** @throws {ConfigError} */
  readonly readSettings: () => Config
  readonly write: (text: string) => void
  readonly writeError: (text: string) => void
  readonly now?: () => number
}

/** The program `doctor`. @returns its exit status */
export async function runDoctor({
  args,
  readSettings,
  write,
  writeError,
  now = Date.now,
}: DoctorProgram): Promise<number> {
  const options = optionsOf(args)
  if (typeof options === 'string') {
    writeError(`${options}\n\n${DOCTOR_USAGE}`)
    return EXIT_STATUS['bad-settings']
  }
  if (options.help) {
    write(DOCTOR_USAGE)
    return 0
  }
  const { json, send, url, ignore, report } = options
  const diagnosis = await diagnose({
    readSettings,
    send,
    serviceUrl: url?.replace(/\/+$/, ''),
    ignored: ignore,
    now,
  })
  const say = (text: string) => withoutSecrets(text, diagnosis.config)
  write(say(json ? jsonOf(diagnosis) : `${tableOf(diagnosis)}\n\n${summaryOf(diagnosis)}\n`))
  if (report !== undefined && diagnosis.config) {
    try {
      writeFileSync(report, say(`${JSON.stringify(reportOf(diagnosis, now()), undefined, 2)}\n`))
    } catch (error) {
      writeError(
        `The report could not be written (${(error as NodeJS.ErrnoException).code ?? 'unknown error'}).\n`,
      )
      return EXIT_STATUS['bad-settings']
    }
  }
  return EXIT_STATUS[diagnosis.outcome]
}

function jsonOf({ outcome, lines }: Diagnosis): string {
  const first = lines.find(({ status }) => status === 'failed')?.check
  return `${JSON.stringify({ outcome, firstFailure: first ?? null, checks: lines }, undefined, 2)}\n`
}

/** A text says what is wrong with them. */
function optionsOf(args: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        json: { type: 'boolean', default: false },
        send: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false, short: 'h' },
        url: { type: 'string' },
        ignore: { type: 'string', multiple: true, default: [] },
        report: { type: 'string' },
      },
    })
    const unknown = values.ignore.find((name) => !CHECK_NAMES.includes(name))
    if (unknown !== undefined)
      return `There is no check “${unknown}”; the checks are ${CHECK_NAMES.join(', ')}.`
    if (values.url !== undefined && !/^https?:\/\//.test(values.url))
      return '--url must begin with https:// or http://.'
    return values
  } catch (error) {
    return error instanceof Error ? error.message : 'The options are not valid.'
  }
}
