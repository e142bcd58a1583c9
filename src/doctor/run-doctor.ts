import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { ConfigError, type Config } from '../service/settings/config.ts'
import { withoutTrailingSlashes } from '../service/urls/trailing-slashes.ts'
import { CHECK_NAMES, diagnose, type Diagnosis } from './diagnose.ts'
import { reportOf } from './report-file.ts'
import { withoutSecrets } from './secrets.ts'
import { summaryOf, tableOf } from './table.ts'
import { DOCTOR_USAGE } from './usage.ts'

/** Scripts rely on the exit codes 0, 1 and 2. */
export const EXIT_STATUS = { good: 0, failed: 1, 'bad-settings': 2 } as const

export interface DoctorProgram {
  readonly args: readonly string[]
  /** @throws {ConfigError} */
  readonly readSettings: () => Config
  readonly write: (text: string) => void
  readonly writeError: (text: string) => void
  readonly now?: () => number
}

/**
 * Runs the program `doctor`.
 * @returns its exit status
 */
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
  const { json, send, url, ignore, report, site } = options
  const subjects = subjectsOf(readSettings, site)
  if (typeof subjects === 'string') {
    writeError(`${subjects}\n`)
    return EXIT_STATUS['bad-settings']
  }
  const diagnoses: Diagnosed[] = []
  for (const { site: name, read } of subjects) {
    const serviceUrl = url && withoutTrailingSlashes(url)
    const diagnosis = await diagnose({
      readSettings: read,
      send,
      serviceUrl,
      ignored: ignore,
      withAssumptions: report !== undefined,
      now,
    })
    const say = (text: string) => withoutSecrets(text, diagnosis.config)
    diagnoses.push({ site: name, diagnosis })
    if (!json) write(say(textOf(name, diagnosis)))
    if (report !== undefined && diagnosis.config) {
      const text = say(`${JSON.stringify(reportOf(diagnosis, now()), undefined, 2)}\n`)
      const problem = writeReport(report, name, text)
      if (problem !== undefined) {
        writeError(problem)
        return EXIT_STATUS['bad-settings']
      }
    }
  }
  if (json) {
    const configs = diagnoses.map(({ diagnosis }) => diagnosis.config)
    write(configs.reduce(withoutSecrets, `${JSON.stringify(jsonOf(diagnoses), undefined, 2)}\n`))
  }
  return Math.max(...diagnoses.map(({ diagnosis }) => EXIT_STATUS[diagnosis.outcome]))
}

interface Diagnosed {
  /** Undefined without `SITES_FILE`. */
  readonly site: string | undefined
  readonly diagnosis: Diagnosis
}

interface Subject {
  /** Undefined without `SITES_FILE`. */
  readonly site: string | undefined
  readonly read: () => Config
}

/**
 * The settings to check: those of the service, of each site, or of the requested site.
 * @returns an error message if there is no such site
 */
function subjectsOf(readSettings: () => Config, wanted: string | undefined): readonly Subject[] | string {
  try {
    const config = readSettings()
    const sites = config.sites?.read().map(({ id, config: own }) => ({ site: id, read: () => own }))
    if (wanted === undefined) return sites ?? [{ site: undefined, read: () => config }]
    const found = sites?.filter(({ site }) => site === wanted) ?? []
    if (found.length > 0) return found
    const others = sites && `Its sites are ${sites.map(({ site }) => site).join(', ')}.`
    return `There is no site “${wanted}” in SITES_FILE. ${others ?? 'SITES_FILE is not set.'}`
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    const read = (): Config => {
      throw error
    }
    return [{ site: undefined, read }]
  }
}

function textOf(site: string | undefined, diagnosis: Diagnosis): string {
  const heading = site === undefined ? '' : `Site ${site}\n\n`
  return `${heading}${tableOf(diagnosis)}\n\n${summaryOf(diagnosis)}\n${site === undefined ? '' : '\n'}`
}

/** A site's report file has the site's name before its extension. @returns an error message if writing fails */
function writeReport(path: string, site: string | undefined, text: string): string | undefined {
  try {
    writeFileSync(site === undefined ? path : path.replace(/(\.\w+)?$/, `.${site}$1`), text)
    return undefined
  } catch (error) {
    return `The report could not be written (${(error as NodeJS.ErrnoException).code ?? 'unknown error'}).\n`
  }
}

function jsonOf(diagnoses: readonly Diagnosed[]): object {
  const [first] = diagnoses
  if (first?.site === undefined) return first ? findingsOf(first.diagnosis) : {}
  return {
    sites: Object.fromEntries(diagnoses.map(({ site, diagnosis }) => [site ?? '', findingsOf(diagnosis)])),
  }
}

function findingsOf({ outcome, lines }: Diagnosis): object {
  const first = lines.find(({ status }) => status === 'failed')?.check
  return { outcome, firstFailure: first ?? null, checks: lines }
}

/** @returns the options or, if they are invalid, a text that describes why */
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
        site: { type: 'string' },
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
