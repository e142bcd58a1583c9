import { RE2JS, RE2JSException } from 're2js'
import { REDACTION_KINDS, type Variables } from './variables.ts'

/** The data that is masked in guests' messages before they are sent to Genesys. */
export interface RedactionSettings {
  readonly kinds: Variables['REDACT']
  /** In RE2's syntax. */
  readonly patterns: readonly { readonly name: string; readonly pattern: string }[]
}

/** The time for matching grows with a pattern's size times the text's length. These limits keep it to a few milliseconds. */
const MAX_PATTERNS = 20
const MAX_PROGRAM_SIZE = 500

export function readRedaction(env: Variables, problems: string[]): RedactionSettings | undefined {
  const kinds = [...new Set(env.REDACT)]
  const patterns = Object.entries(env.REDACT_PATTERNS).map(([name, pattern]) => ({ name, pattern }))
  if (kinds.length === 0 && patterns.length === 0) return undefined
  if (patterns.length > MAX_PATTERNS)
    problems.push(`REDACT_PATTERNS must have at most ${MAX_PATTERNS} patterns`)
  for (const [i, { name, pattern }] of patterns.entries()) {
    const problem = problemOf(name, pattern)
    if (problem !== undefined) problems.push(`REDACT_PATTERNS[${i}] ${problem}`)
  }
  return { kinds, patterns }
}

/** RE2 accepts only patterns that run in linear time, so backreferences and lookaround are refused. */
function problemOf(name: string, pattern: string): string | undefined {
  if ((REDACTION_KINDS as readonly string[]).includes(name) || !/^[a-z][a-z0-9-]{0,39}$/.test(name))
    return 'must have a name of lower-case letters, digits and dashes that is not one of the kinds in REDACT'
  try {
    const compiled = RE2JS.compile(pattern)
    if (compiled.programSize() > MAX_PROGRAM_SIZE)
      return 'has a pattern that is too large, such as one with large repetition counts'
    if (compiled.matcher('').matches()) return 'has a pattern that matches the empty string'
    return undefined
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error
    return 'has a pattern that RE2 does not support'
  }
}
