import { constants, fstatSync, openSync, write, writeSync } from 'node:fs'
import net from 'node:net'

/**
 * Where log lines are written. While the disk is full or a pipe is not read, lines are delayed, and dropped only
 * when too many are pending.
 */
export interface LogOutput {
  write(line: string): void
  /** Writes pending lines. This also happens automatically, at least every 100 ms. */
  flush(): void
  /** Writes pending lines before the process ends. Gives up after an error, or after 300 ms in which a pipe was not read. */
  flushSync(): void
  /** Why lines cannot be written at the moment, such as `ENOSPC`. */
  readonly failure: string | undefined
  readonly droppedLines: number
  /** Calls the listener when writing starts to fail, and when all pending lines have been written after a failure. */
  onChange(listener: () => void): void
}

const FLUSH_EVERY_MS = 100
/** Lines are written in batches: every 100 ms, or as soon as there are this many characters. */
const FLUSH_AT_CHARS = 4096
/**
 * An overloaded process can write only once in each turn of its event loop, which can take a tenth of a second: this must
 * be enough for all lines that are logged in one turn.
 */
const MAX_CHARS_PER_WRITE = 1_048_576
/** The maximum number of pending characters while the disk is full or the pipe is not read. Further lines are dropped. */
const MAX_WAITING_CHARS = 8_388_608
/** Additional room for warnings and errors, so that lines about requests cannot displace them. */
const RESERVED_CHARS = 1_048_576
/** The beginning of a line with a warning or an error. */
const WARNING_OR_ERROR = /^\{"level":"(?:warn|error)"/
const MAX_RETRIES_AT_EXIT = 3
const RETRY_AT_EXIT_MS = 100

export function createLogOutput(
  fd: number,
  maxWaitingChars = MAX_WAITING_CHARS,
  reservedChars = RESERVED_CHARS,
): LogOutput {
  const listeners: (() => void)[] = []
  const waiting: string[] = []
  let waitingChars = 0
  /** Taken from `waiting`, and not yet written completely. */
  let current = Buffer.alloc(0)
  let isWriting = false
  /** Whether the last write failed. If so, only the timer retries; new lines do not. */
  let isStuck = false
  let failure: string | undefined
  let droppedLines = 0

  function setFailure(reason: string | undefined): void {
    if ((failure === undefined) === (reason === undefined)) return
    failure = reason
    for (const listener of listeners) listener()
  }

  function isReservedFor(line: string): boolean {
    return waitingChars + line.length <= maxWaitingChars + reservedChars && WARNING_OR_ERROR.test(line)
  }

  function takeNext(): boolean {
    if (current.length > 0) return true
    let lines = 0
    for (let chars = 0; lines < waiting.length && chars < MAX_CHARS_PER_WRITE; lines++)
      chars += waiting[lines]?.length ?? 0
    const text = waiting.splice(0, lines).join('')
    waitingChars -= text.length
    current = Buffer.from(text)
    return current.length > 0
  }

  function flush(): void {
    if (isWriting || !takeNext()) return
    isWriting = true
    write(fd, current, (error, bytes) => {
      isWriting = false
      isStuck = error !== null
      if (error) {
        if (!isBusy(error)) setFailure(error.code ?? error.name)
        return
      }
      current = current.subarray(bytes)
      if (current.length === 0 && waiting.length === 0) setFailure(undefined)
      else if (current.length > 0 || failure !== undefined || waitingChars >= FLUSH_AT_CHARS) flush()
    })
  }
  setInterval(flush, FLUSH_EVERY_MS).unref()

  return {
    write(line) {
      const isFull = waitingChars + line.length > maxWaitingChars
      if (isFull && !isReservedFor(line)) {
        droppedLines += 1
        setFailure('too many lines are queued')
        return
      }
      waiting.push(line)
      waitingChars += line.length
      if (waitingChars >= FLUSH_AT_CHARS && !isStuck) flush()
    },
    flush,
    flushSync() {
      // A write in progress is completed by Node.js on exit.
      if (isWriting) current = Buffer.alloc(0)
      for (let retries = 0; takeNext();) {
        try {
          current = current.subarray(writeSync(fd, current))
        } catch (error) {
          if (!isBusy(error as NodeJS.ErrnoException) || retries++ === MAX_RETRIES_AT_EXIT) return
          Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, RETRY_AT_EXIT_MS)
        }
      }
    },
    get failure() {
      return failure
    },
    get droppedLines() {
      return droppedLines
    },
    onChange: (listener) => void listeners.push(listener),
  }
}

/** Whether the pipe is full because it is not being read. */
function isBusy({ code }: NodeJS.ErrnoException): boolean {
  return code === 'EAGAIN' || code === 'EBUSY'
}

const STDOUT_FD = 1
const STDERR_FD = 2

let standardOutput: LogOutput | undefined

/** The log output of this process. Failures are reported on standard error. */
export function standardLogOutput(): LogOutput {
  if (standardOutput) return standardOutput
  const output = createLogOutput(openWithoutBlocking(STDOUT_FD))
  output.onChange(() => {
    const { failure, droppedLines } = output
    const state = failure === undefined ? 'can be written again' : `cannot be written (${failure})`
    // Asynchronous, and with errors ignored: standard error may be on the same disk.
    write(STDERR_FD, `The log ${state}. Lines dropped so far: ${droppedLines}\n`, () => undefined)
  })
  process.on('exit', () => output.flushSync())
  return (standardOutput = output)
}

/**
 * Makes the output non-blocking, because a write that waits for its reader would prevent the process from ending. A pipe
 * is reopened, so that other users of the pipe are not affected. A socket, such as that of systemd's journal, cannot be
 * reopened, but libuv makes it non-blocking.
 */
export function openWithoutBlocking(fd: number): number {
  try {
    const output = fstatSync(fd)
    if (output.isFIFO()) return openSync(`/dev/fd/${fd}`, constants.O_WRONLY | constants.O_NONBLOCK)
    if (output.isSocket()) new net.Socket({ fd, readable: false }).unref()
  } catch {
    // No /dev/fd, or the pipe has no reader.
  }
  return fd
}
