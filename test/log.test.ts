import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from '@jest/globals'
import { UpstreamError } from '../src/service/errors/upstream-error.ts'
import { createLog, type LogLevel } from '../src/service/observability/log.ts'
import { SessionError } from '../src/service/errors/session-error.ts'

function recordingLog(options: { level?: LogLevel; thirdPartyMessages?: boolean } = {}) {
  const lines: string[] = []
  const log = createLog({
    level: 'trace',
    ...options,
    destination: { write: (line) => void lines.push(line) },
  })
  return { log, lines, last: () => JSON.parse(lines.at(-1) ?? 'null') as Record<string, unknown> }
}

const CANARY = 'canary-7f3a91'
const FORMS = [
  CANARY,
  Buffer.from(CANARY).toString('base64'),
  Buffer.from(`id:${CANARY}`).toString('base64'),
  Buffer.from(CANARY).toString('base64url'),
  Buffer.from(CANARY).toString('hex'),
  encodeURIComponent(CANARY),
]

/** Like an axios error, which contains the request's headers and body. */
function axiosLikeError(): Error {
  return Object.assign(new Error(`Request failed with ${CANARY}\n    at ${CANARY}`), {
    name: 'AxiosError',
    code: 'ERR_BAD_REQUEST',
    config: { headers: { Authorization: `Basic ${FORMS[2]}` }, data: CANARY },
    response: { headers: { 'set-cookie': CANARY }, data: { token: CANARY } },
    cause: new Error(CANARY),
  })
}

const LEVELS: LogLevel[] = ['error', 'warn', 'info', 'debug', 'trace']

test.each(LEVELS)('at level %s, no log line contains a secret, whichever field contained it', (level) => {
  const { log, lines } = recordingLog()
  const careless = (fields: Record<string, unknown>, message: string) => {
    log[level](fields, message)
  }
  for (const form of FORMS) {
    careless({ err: axiosLikeError() }, 'failed')
    careless({ err: form }, 'failed')
    careless({ err: { message: form, headers: { authorization: form } } }, 'failed')
    careless({ err: Object.assign(new Error('x', { cause: form }), { code: form, token: form }) }, 'failed')
    careless(
      { err: Object.assign(new UpstreamError('upstream_refused', 'No.'), { config: { form } }) },
      'failed',
    )
    careless({ config: { clientSecret: form }, headers: { cookie: form }, body: form, text: form }, 'failed')
    careless({ hint: { nested: form }, status: [form], upstream: { status: 403, body: form } }, 'failed')
    careless(
      { req: { method: 'GET', path: `/events?token=${form}`, headers: { authorization: form } } },
      'failed',
    )
  }
  expect(lines).toHaveLength(FORMS.length * 8)
  for (const form of FORMS) expect(lines.join('')).not.toContain(form)
})

test('a third-party error is logged with its name, its code and its stack', () => {
  const { log, last } = recordingLog()
  log.error({ err: axiosLikeError() }, 'failed')
  expect(last()).toMatchObject({
    level: 'error',
    msg: 'failed',
    err: { name: 'AxiosError', code: 'ERR_BAD_REQUEST', stack: expect.arrayContaining([expect.any(String)]) },
  })
  expect(JSON.stringify(last())).toContain('log.test.ts')
})

test('messages of third-party errors are logged if the settings allow it', () => {
  const { log, last } = recordingLog({ thirdPartyMessages: true })
  log.error({ err: new TypeError('x is not a function') }, 'failed')
  expect(last()).toMatchObject({ err: { name: 'TypeError', message: 'x is not a function' } })
})

test('service errors are logged with message, hint and the ids that Genesys support needs', () => {
  const { log, last } = recordingLog()
  const facts = {
    status: 403,
    upstreamCode: 'missing.permissions',
    correlationId: 'c-1',
    hint: 'Add the role.',
  }
  log.warn({ err: new UpstreamError('upstream_refused', 'Genesys said no.', facts) }, 'failed')
  expect(last().err).toEqual({
    name: 'UpstreamError',
    code: 'upstream_refused',
    message: 'Genesys said no.',
    hint: 'Add the role.',
    upstream: { status: 403, code: 'missing.permissions', correlationId: 'c-1' },
  })
  log.warn({ err: new SessionError('session_invalid', 'No valid session.') }, 'failed')
  expect(last().err).toMatchObject({
    name: 'SessionError',
    code: 'session_invalid',
    message: 'No valid session.',
  })
})

test('log lines below the level are not written', () => {
  const { log, lines } = recordingLog({ level: 'warn' })
  for (const level of LEVELS) log[level]({ count: 1 }, level)
  expect(lines.map((line) => (JSON.parse(line) as { msg: string }).msg)).toEqual(['error', 'warn'])
})

test('log lines that are written just before the process exits are not lost', async () => {
  const program = `
    const { createLog } = await import('./src/service/observability/log.ts')
    const log = createLog({ level: 'info' })
    for (let count = 1; count <= 500; count++) log.info({ count }, 'line')
    process.exit(3)`
  const child = promisify(execFile)(process.execPath, [
    '--import',
    'tsx',
    '--input-type=module',
    '-e',
    program,
  ])
  const failure = (await child.catch((err: unknown) => err)) as { code: number; stdout: string }
  expect(failure.code).toBe(3)
  expect(failure.stdout.trimEnd().split('\n')).toHaveLength(500)
})
