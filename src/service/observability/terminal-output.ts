import { isatty } from 'node:tty'
import type { DestinationStream } from 'pino'
import type * as PinoPretty from 'pino-pretty'
import { standardLogOutput } from './log-output.ts'

const STDOUT_FD = 1
/** A constant, so that bundlers do not include the package: it is optional, and resolved from node_modules at run time. */
const PACKAGE = 'pino-pretty'

export const HOW_TO_READ =
  'These log lines are JSON. To read them more easily in a terminal, run `npm install --save-dev pino-pretty`.\n'

/**
 * Writes JSON lines. In a terminal, writes readable lines if pino-pretty is installed; otherwise, writes
 * {@link HOW_TO_READ} before the first line.
 */
export function defaultLogDestination(isTerminal = isatty(STDOUT_FD)): DestinationStream {
  const output = standardLogOutput()
  if (!isTerminal) return output
  const pretty = loadPretty()
  // Synchronous writes do not block, because a terminal is always read.
  return pretty ? pretty.default({ sync: true }) : withSentence(output)
}

export function loadPretty(from = import.meta.url): typeof PinoPretty | undefined {
  try {
    // Bundlers follow `import`, and warn about a `createRequire` that they cannot follow.
    return process.getBuiltinModule('node:module').createRequire(from)(PACKAGE) as typeof PinoPretty
  } catch {
    return undefined
  }
}

/** Writes the sentence once, before the first line: a program that logs nothing does not need it. */
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
