import { pino, type DestinationStream } from 'pino'
import { UpstreamError } from './upstream/upstream-error.ts'
import { RequestError } from './middleware/request-error.ts'
import { SessionError } from './sessions/session-error.ts'

/**
 * Everything that a line of the log may hold. What has no place here is not logged: fields are chosen,
 * because hiding what one remembers to hide would forget some. Values are our own words, names of
 * operations and settings, ids without power, and numbers; never a text, an attribute, a name or a token.
 */
export interface LogFields {
  readonly requestId?: string | undefined
  readonly req?: LoggedRequest | undefined
  readonly method?: string | undefined
  /** The pattern of the route, `/attachments/:id`. */
  readonly route?: string | undefined
  readonly status?: number | undefined
  readonly durationMs?: number | undefined
  readonly aborted?: boolean | undefined
  /** A code of the problem catalogue. */
  readonly code?: string | undefined
  readonly hint?: string | undefined
  readonly err?: unknown
  readonly upstream?: UpstreamInLog | undefined
  /** Which call to Genesys, as in the metrics. */
  readonly operation?: string | undefined
  readonly attempt?: number | undefined
  readonly guestApi?: string | undefined
  readonly deploymentId?: string | undefined
  readonly region?: string | undefined
  readonly reason?: string | undefined
  readonly signal?: string | undefined
  readonly address?: string | undefined
  readonly port?: number | undefined
  readonly url?: string | undefined
  readonly count?: number | undefined
}

interface UpstreamInLog {
  readonly status?: number
  readonly code?: string
  readonly correlationId?: string
}

/** What is read of a request; Express's has it. */
interface LoggedRequest {
  readonly method: string
  readonly path: string
}

type WriteLine = (fields: LogFields, message: string) => void

/** Error means that someone must act, now; warn, that someone should look; debug and trace are for developers. */
export type LogLevel = 'error' | 'warn' | 'info' | 'debug' | 'trace'
export type Log = Readonly<Record<LogLevel, WriteLine>>

export interface LogOptions {
  readonly level: LogLevel | 'silent'
  /**
   * Messages of errors that are not ours, as a developer wants to see them. They can quote what was being
   * worked on, a piece of a body for instance; so the default is `false`: name, code and place.
   */
  readonly foreignMessages?: boolean
  /** Default: stdout, written asynchronously and flushed when the process exits. */
  readonly destination?: DestinationStream
}

const WRITE_FROM_BYTES = 32_768
const WRITE_WITHIN_MS = 100

let isoSecond = { atMs: -1, text: '' }

/** As `toISOString` has it, which works out the calendar each time: a third of what a line costs. */
function isoTime(nowMs: number): string {
  const ms = nowMs % 1000
  if (isoSecond.atMs !== nowMs - ms) {
    isoSecond = { atMs: nowMs - ms, text: new Date(nowMs - ms).toISOString().slice(0, -'000Z'.length) }
  }
  return `${isoSecond.text}${String(ms).padStart(3, '0')}Z`
}

/** A log of JSON lines. */
export function createLog({ level, foreignMessages = false, destination }: LogOptions): Log {
  const lines = pino(
    {
      level,
      base: null,
      timestamp: () => `,"time":"${isoTime(Date.now())}"`,
      formatters: { level: (label) => ({ level: label }) },
    },
    destination ?? (standardOutput ??= createStandardOutput()),
  )
  const writer =
    (at: LogLevel): WriteLine =>
    (fields, message) => {
      if (lines.isLevelEnabled(at)) lines[at](chosen(fields, foreignMessages), message)
    }
  return {
    error: writer('error'),
    warn: writer('warn'),
    info: writer('info'),
    debug: writer('debug'),
    trace: writer('trace'),
  }
}

/**
 * Lines go out together, as writing each one would cost a tenth of what a request does. What waits when the
 * process exits is written then; one that is killed takes the last tenth of a second with it.
 */
function createStandardOutput(): DestinationStream {
  const output = pino.destination({ dest: 1, sync: false, maxWrite: WRITE_FROM_BYTES })
  let waiting = ''
  let timer: NodeJS.Timeout | undefined
  const handOver = () => {
    clearTimeout(timer)
    timer = undefined
    output.write(waiting)
    waiting = ''
  }
  process.on('exit', () => {
    handOver()
    output.flushSync()
  })
  return {
    write(line) {
      waiting += line
      if (waiting.length >= WRITE_FROM_BYTES) handOver()
      else timer ??= setTimeout(handOver, WRITE_WITHIN_MS).unref()
    },
  }
}

let standardOutput: DestinationStream | undefined

/** For parts that are used without a log, and for tests. */
export const SILENT_LOG: Log = createLog({ level: 'silent', destination: { write: () => undefined } })

const PLAIN_FIELDS: readonly string[] = [
  'requestId',
  'method',
  'route',
  'status',
  'durationMs',
  'aborted',
  'code',
  'hint',
  'operation',
  'attempt',
  'guestApi',
  'deploymentId',
  'region',
  'reason',
  'signal',
  'address',
  'port',
  'url',
  'count',
] satisfies (keyof LogFields)[]
const plainFields = new Set(PLAIN_FIELDS)

/** The types above bind only who compiles against them; this binds everyone. */
function chosen(fields: LogFields, foreignMessages: boolean): object {
  const given = fields as Readonly<Record<string, unknown>>
  if (isAllPlain(given)) return given
  const line: Record<string, unknown> = {}
  for (const name of PLAIN_FIELDS) {
    const value = given[name]
    if (value !== undefined && typeof value !== 'object') line[name] = value
  }
  if (fields.req) line.req = chosenOfRequest(fields.req)
  if (fields.upstream) line.upstream = chosenOfUpstream(fields.upstream)
  if (fields.err !== undefined) line.err = chosenOfError(fields.err, foreignMessages)
  return line
}

/** Most lines: there is nothing to leave out, and hence nothing to copy. */
function isAllPlain(fields: Readonly<Record<string, unknown>>): boolean {
  for (const name in fields) {
    if (!plainFields.has(name) || typeof fields[name] === 'object') return false
  }
  return true
}

/** The path stays without its query, which can bring a `lastEventId` or a file name. */
function chosenOfRequest({ method, path }: LoggedRequest): object {
  return { method, path: path.split('?', 1)[0] }
}

function chosenOfUpstream({ status, code, correlationId }: UpstreamInLog): object {
  return { status, code, correlationId }
}

/** Our errors were written to be read; of any other only what can't quote anything is kept. */
function chosenOfError(err: unknown, foreignMessages: boolean): object {
  if (!(err instanceof Error)) return { name: typeof err }
  const { name, message } = err
  if (err instanceof UpstreamError) {
    const { status, upstreamCode, correlationId, hint } = err.facts
    const upstream = { status, code: upstreamCode, correlationId }
    return { name, code: err.code, message, hint, upstream, stack: frames(err) }
  }
  if (err instanceof SessionError || err instanceof RequestError)
    return { name, code: err.code, message, hint: err.facts.hint, stack: frames(err) }
  return {
    name,
    code: 'code' in err ? plainCode(err.code) : undefined,
    ...(foreignMessages && { message }),
    stack: frames(err),
  }
}

/** `ECONNRESET`, `ERR_INVALID_URL`: words, and nothing that could be a key. */
function plainCode(code: unknown): string | undefined {
  return typeof code === 'string' && /^[A-Z][A-Z0-9_]{1,40}$/.test(code) ? code : undefined
}

/** The places alone: V8 begins a stack with the message, which may have several lines. */
function frames(err: Error): string[] {
  return (err.stack ?? '')
    .replace(err.message, '')
    .split('\n')
    .filter((line) => /^ {4}at .*:\d+:\d+\)?$/.test(line))
    .map((line) => line.slice(7))
}
