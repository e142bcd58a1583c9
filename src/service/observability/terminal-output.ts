import { isatty } from 'node:tty'
import type { DestinationStream } from 'pino'
import type * as PinoPretty from 'pino-pretty'
import { standardLogOutput } from './log-output.ts'

const STDOUT_FD = 1
/** A name that bundlers do not follow: the package is optional, and resolved from node_modules at run time. */
const PACKAGE = 'pino-pretty'

export const HOW_TO_READ =
  'These log lines are JSON. To read them more easily in a terminal, run `npm install --save-dev pino-pretty`.\n'

/** Lines for programs; in a terminal lines for people, where pino-pretty is installed, else a sentence that says how. */
export function defaultLogDestination(isTerminal = isatty(STDOUT_FD)): DestinationStream {
  const output = standardLogOutput()
  if (!isTerminal) return output
  const pretty = loadPretty()
  // Synchronously: a terminal is always read.
  return pretty ? pretty.default({ sync: true }) : withSentence(output)
}

export function loadPretty(from = import.meta.url): typeof PinoPretty | undefined {
  try {
    // Bundlers follow `import`, and warn of a `createRequire` that they cannot follow.
    return process.getBuiltinModule('node:module').createRequire(from)(PACKAGE) as typeof PinoPretty
  } catch {
    return undefined
  }
}

/** The sentence comes once, before the first line: a program that logs nothing needs none. */
export function withSentence(output: DestinationStream): DestinationStream {
  let isSaid = false
  return {
    write(line) {
      if (!isSaid) output.write(HOW_TO_READ)
      isSaid = true
      output.write(line)
    },
  }
}
