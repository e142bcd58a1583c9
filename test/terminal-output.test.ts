import { Writable } from 'node:stream'
import { expect, test } from '@jest/globals'
import { createLog } from '../src/service/observability/log.ts'
import { HOW_TO_READ, loadPretty, withSentence } from '../src/service/observability/terminal-output.ts'

test('with pino-pretty, a line shows time, level, message and fields in a readable form', () => {
  const lines: string[] = []
  const terminal = new Writable({
    write(chunk: Buffer, _encoding, done) {
      lines.push(chunk.toString())
      done()
    },
  })
  const destination = loadPretty()!.default({ sync: true, colorize: false, destination: terminal })
  createLog({ level: 'info', destination }).info({ port: 3000 }, 'listening')
  expect(lines.join('')).toMatch(/^\[\d\d:\d\d:\d\d\.\d{3}\] INFO: listening\n {4}port: 3000\n$/)
})

test('without pino-pretty, the log begins with a sentence that explains how to make it readable', () => {
  expect(loadPretty('file:///nowhere/index.js')).toBeUndefined()
  const written: string[] = []
  const log = createLog({
    level: 'info',
    destination: withSentence({ write: (line) => void written.push(line) }),
  })
  expect(written).toEqual([])
  log.info({}, 'one')
  log.info({}, 'two')
  expect(
    written.map((line) => (line === HOW_TO_READ ? line : (JSON.parse(line) as { msg: string }).msg)),
  ).toEqual([HOW_TO_READ, 'one', 'two'])
})
