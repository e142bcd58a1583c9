import { execFileSync } from 'node:child_process'
import { closeSync, constants, mkdtempSync, openSync, readFileSync, readSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { createLog } from '../src/service/observability/log.ts'
import {
  createLogOutput,
  openWithoutBlocking,
  type LogOutput,
} from '../src/service/observability/log-output.ts'

let folder: string
let pipe: string
const opened: number[] = []

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'log-output-'))
  pipe = join(folder, 'pipe')
  execFileSync('mkfifo', [pipe])
})
afterEach(() => {
  for (const fd of opened.splice(0)) closeSync(fd)
  rmSync(folder, { recursive: true })
})

function open(path: string, flags: number): number {
  const fd = openSync(path, flags | constants.O_NONBLOCK)
  opened.push(fd)
  return fd
}

/**
 * Opens a file descriptor for a log output, which writes to it every 100 ms until the process ends. The descriptor
 * is never closed: a socket of the next test file would get its number, and log lines would be written to that socket.
 */
function openOutput(path: string): number {
  return openSync(path, constants.O_WRONLY | constants.O_NONBLOCK)
}

function read(fd: number): string {
  const buffer = Buffer.alloc(1_000_000)
  return buffer.toString('utf8', 0, readSync(fd, buffer))
}

/** Reads a pipe that may be empty. */
function readIfAny(fd: number): string {
  try {
    return read(fd)
  } catch {
    return ''
  }
}

const changed = (output: LogOutput) => new Promise<void>((resolve) => output.onChange(resolve))

test('the log is written to a pipe without blocking, and the pipe stays blocking for other processes', () => {
  open(pipe, constants.O_RDONLY)
  const shared = openSync(pipe, constants.O_WRONLY)
  const own = openWithoutBlocking(shared)
  opened.push(shared, own)
  const isBlocking = (fd: number) => {
    const [, flags = ''] = /^flags:\s+(\d+)/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8')) ?? []
    return (parseInt(flags, 8) & constants.O_NONBLOCK) === 0
  }
  expect([isBlocking(shared), isBlocking(own)]).toEqual([true, false])
})

test('on a full disk, the failure is reported, log lines wait, and lines beyond the limit are dropped', async () => {
  const output = createLogOutput(openOutput('/dev/full'), 30)
  const failed = changed(output)
  output.write('first line\n')
  output.flush()
  await failed
  expect(output.failure).toBe('ENOSPC')
  expect(output.droppedLines).toBe(0)
  for (let count = 0; count < 10; count++) output.write('ten chars\n')
  expect(output.droppedLines).toBe(7)
})

test('when the log output works again, every waiting line is written once and in order', async () => {
  const reader = open(pipe, constants.O_RDONLY)
  const output = createLogOutput(openOutput(pipe))
  closeSync(opened.splice(opened.indexOf(reader), 1)[0]!)
  const failed = changed(output)
  for (let count = 0; count < 500; count++) output.write(`line ${count}\n`)
  output.flush()
  await failed
  expect(output.failure).toBe('EPIPE')

  const nextReader = open(pipe, constants.O_RDONLY)
  const recovered = changed(output)
  output.flush()
  await recovered
  expect(output.failure).toBeUndefined()
  expect(read(nextReader)).toBe(Array.from({ length: 500 }, (_, count) => `line ${count}\n`).join(''))
})

test('a partly written log line is continued where it was cut off', async () => {
  const reader = open(pipe, constants.O_RDONLY)
  const output = createLogOutput(openOutput(pipe))
  // More than fits into a pipe.
  const line = `${'x'.repeat(200_000)}\n`
  output.write(line)
  let text = ''
  while (!text.includes('\n')) {
    output.flush()
    await new Promise((resolve) => setImmediate(resolve))
    text += readIfAny(reader)
  }
  expect(text).toBe(line)
})

test.each([
  ['a full disk', () => openOutput('/dev/full')],
  [
    'a pipe that is not read',
    () => {
      open(pipe, constants.O_RDONLY)
      return openOutput(pipe)
    },
  ],
])('writing the remaining log lines at exit takes less than a second, even on %s', (_name, openIt) => {
  const output = createLogOutput(openIt())
  const startedAtMs = performance.now()
  output.write('x'.repeat(200_000))
  output.flushSync()
  expect(performance.now() - startedAtMs).toBeLessThan(1000)
})

test('a process that is busy between two writes drops no log line that the output can accept', async () => {
  const output = createLogOutput(openOutput('/dev/null'), 4_000_000)
  const line = `${'x'.repeat(299)}\n`
  for (let turn = 0; turn < 150; turn++) {
    const busyUntilMs = performance.now() + 2
    for (let count = 0; count < 200; count++) output.write(line)
    while (performance.now() < busyUntilMs);
    await new Promise((resolve) => setImmediate(resolve))
  }
  expect(output.droppedLines).toBe(0)
})

test('warnings and errors are kept when the log queue has no room for request lines', async () => {
  const reader = open(pipe, constants.O_RDONLY)
  const output = createLogOutput(openOutput(pipe), 200, 300)
  const lines: string[] = []
  const log = createLog({
    level: 'info',
    destination: {
      write(text) {
        lines.push(text)
        output.write(text)
      },
    },
  })
  for (let count = 0; count < 10; count++) log.info({ count }, 'request')
  const droppedLines = output.droppedLines
  expect(droppedLines).toBeGreaterThan(0)
  log.warn({}, 'somebody should look')
  log.error({}, 'somebody must act')
  expect(output.droppedLines).toBe(droppedLines)
  output.flushSync()
  expect(read(reader)).toBe([...lines.slice(0, 10 - droppedLines), ...lines.slice(-2)].join(''))
  for (let count = 0; count < 1000; count++) log.error({ count }, 'somebody must act')
  expect(output.droppedLines).toBeGreaterThan(droppedLines)
})
