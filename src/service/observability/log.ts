import { pino, type DestinationStream } from 'pino'
import { defaultLogDestination } from './terminal-output.ts'
import { isCodedError } from '../errors/coded-error.ts'

const PLAIN_FIELDS = [
  'requestId',
  'traceId',
  'method',
  'route', // the route's pattern, `/attachments/:id`
  'status',
  'durationMs',
  'aborted',
  'code', // from the problem catalogue
  'hint',
  'operation', // a call to Genesys, as in the metrics
  'guestApi',
  'deploymentId',
  'reason',
  'signal',
  'address',
  'port',
  'managementPort',
  'url',
  'count',
  'site', // if there are several
] as const

type PlainFields = Readonly<
  Partial<Record<(typeof PLAIN_FIELDS)[number], string | number | boolean | undefined>>
>

/**
 * Everything that a log line can contain: an allowlist, because a blocklist is never complete. Values are fixed
 * texts, names of operations and settings, ids that give no access, and numbers. They are never the text of a
 * message, an attribute, a person's name or a token.
 */
export interface LogFields extends PlainFields {
  readonly req?: Readonly<Record<'method' | 'path', string>> | undefined
  readonly upstream?:
    { readonly status?: number; readonly code?: string; readonly correlationId?: string } | undefined
  readonly err?: unknown
}

type WriteLine = (fields: LogFields, message: string) => void

/** Error: an operator must act now. Warn: an operator should look. Debug and trace are for developers. */
export type LogLevel = 'error' | 'warn' | 'info' | 'debug' | 'trace'
export type Log = Readonly<Record<LogLevel, WriteLine>>

export interface LogOptions {
  readonly level: LogLevel | 'silent'
  /**
   * Whether messages from third-party errors are logged. They can quote the processed data, such as part of
   * a request body. Default: false, which logs only name, code and stack.
   */
  readonly thirdPartyMessages?: boolean
  /** Default: {@link defaultLogDestination}, written asynchronously except to a terminal, and flushed at exit. */
  readonly destination?: DestinationStream
}

function eachLevel(writer: (at: LogLevel) => WriteLine): Log {
  return {
    error: writer('error'),
    warn: writer('warn'),
    info: writer('info'),
    debug: writer('debug'),
    trace: writer('trace'),
  }
}

/** A log that adds the site's name to each line. */
export function logOfSite(log: Log, site: string): Log {
  const writer =
    (at: LogLevel): WriteLine =>
    (fields, message) =>
      log[at]({ ...fields, site }, message)
  return eachLevel(writer)
}

/** A log of JSON lines. */
export function createLog({ level, thirdPartyMessages = false, destination }: LogOptions): Log {
  const lines = pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      // `pickFields` describes errors; pino's own serializer would add an empty stack.
      serializers: { err: (err: unknown) => err },
    },
    destination ?? defaultLogDestination(),
  )
  const writer =
    (at: LogLevel): WriteLine =>
    (fields, message) => {
      if (lines.isLevelEnabled(at)) lines[at](pickFields(fields, thirdPartyMessages), message)
    }
  return eachLevel(writer)
}

/** Enforces the allowlist at run time, because types bind only callers that are compiled against them. */
function pickFields(fields: LogFields, thirdPartyMessages: boolean): object {
  const line: Record<string, unknown> = {}
  for (const name of PLAIN_FIELDS) {
    const value: unknown = fields[name]
    if (value !== undefined && typeof value !== 'object') line[name] = value
  }
  const { req, upstream, err } = fields
  // Without the query, which can contain a `lastEventId` or a file name.
  if (req) line.req = { method: req.method, path: req.path.split('?', 1)[0] }
  if (upstream) {
    const { status, code, correlationId } = upstream
    line.upstream = { status, code, correlationId }
  }
  if (err !== undefined) line.err = describeError(err, thirdPartyMessages)
  return line
}

/** Expected errors need no stack; from an unexpected error, only parts that cannot quote data are kept. */
function describeError(err: unknown, thirdPartyMessages: boolean): object {
  if (!(err instanceof Error)) return { name: typeof err }
  const { name, message } = err
  if (isCodedError(err)) {
    const { code, facts, upstream } = err
    return { name, code, message, hint: facts.hint, upstream }
  }
  return {
    name,
    code: 'code' in err ? errorCode(err.code) : undefined,
    ...(thirdPartyMessages && { message }),
    stack: stackFrames(err),
  }
}

/** Accepts only codes such as `ECONNRESET` or `ERR_INVALID_URL`, which cannot be secrets. */
function errorCode(code: unknown): string | undefined {
  return typeof code === 'string' && /^[A-Z][A-Z0-9_]{1,40}$/.test(code) ? code : undefined
}

/** Only the locations: V8 starts a stack with the message, which may have several lines. */
function stackFrames(err: Error): string[] {
  return (err.stack ?? '')
    .replace(err.message, '')
    .split('\n')
    .filter((line) => /^ {4}at .*:\d+:\d+\)?$/.test(line))
    .map((line) => line.slice(7))
}
