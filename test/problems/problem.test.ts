import { describe, expect, jest, test } from '@jest/globals'
import express, { type RequestHandler } from 'express'
import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import request from 'supertest'
import { createLogSampler } from '../../src/service/observability/log-sampler.ts'
import { UpstreamError } from '../../src/service/errors/upstream-error.ts'
import type { Log } from '../../src/service/observability/log.ts'
import { PROBLEM_CATALOGUE, PROBLEM_CODES } from '../../src/service/problems/catalogue.ts'
import { problemHandler } from '../../src/service/middleware/problem-handler.ts'
import { toProblem } from '../../src/service/problems/problem.ts'
import { RequestError } from '../../src/service/errors/request-error.ts'
import { SessionError } from '../../src/service/errors/session-error.ts'

const PLAIN = { publicUrl: '', hints: false }

function spyLog() {
  return {
    error: jest.fn(),
    warn: jest.fn(),
    info: jest.fn(),
    debug: jest.fn(),
    trace: jest.fn(),
  } satisfies Log
}

function appThat(handler: RequestHandler, log: Log = spyLog(), options = PLAIN) {
  const app = express()
  app.use((_req, res, next) => {
    res.set('X-Request-Id', 'r-1')
    next()
  })
  app.use(express.json({ limit: 100 }))
  app.post('/it', handler)
  app.get('/it/:id', handler)
  app.use(problemHandler(() => ({ log, ...options }), createLogSampler()))
  return app
}

describe('the problem catalog', () => {
  test('has the statuses that the contract promises', () => {
    const byStatus: Record<number, string[]> = {}
    for (const code of PROBLEM_CODES.toSorted()) (byStatus[PROBLEM_CATALOGUE[code].status] ??= []).push(code)
    expect(byStatus).toEqual({
      400: ['invalid_json', 'invalid_request'],
      401: ['session_invalid', 'user_token_invalid'],
      403: [
        'blocked',
        'callback_not_allowed',
        'challenge_failed',
        'challenge_required',
        'origin_not_allowed',
      ],
      404: ['not_found'],
      405: ['method_not_allowed'],
      406: ['not_acceptable'],
      408: ['request_timeout'],
      409: ['end_not_enabled', 'request_in_progress', 'session_read_only'],
      410: ['session_ended'],
      413: ['attachment_too_large', 'attributes_too_large', 'request_too_large', 'text_too_long'],
      415: ['unsupported_media_type'],
      416: ['range_not_satisfiable'],
      417: ['expectation_failed'],
      422: [
        'attachment_refused',
        'attribute_not_allowed',
        'callback_outside_hours',
        'idempotency_key_reused',
      ],
      429: ['rate_limited', 'upstream_rate_limited'],
      431: ['headers_too_large'],
      500: ['internal_error'],
      501: ['not_enabled', 'not_supported_by_guest_api'],
      502: ['deployment_not_usable', 'upstream_auth_failed', 'upstream_bad_response', 'upstream_refused'],
      503: [
        'challenge_unavailable',
        'overloaded',
        'shutting_down',
        'trusted_attributes_unavailable',
        'upstream_unavailable',
      ],
      504: ['delivery_unknown', 'upstream_timeout'],
    })
  })

  test.each(PROBLEM_CODES)(
    'has a title for %s, and complete sentences that describe it and say what to do',
    (code) => {
      const { title, description, clientAction, operatorAction } = PROBLEM_CATALOGUE[code]
      expect(title).toMatch(/^[A-Z].*[^.]$/)
      for (const text of [description, clientAction, operatorAction]) {
        expect(text).toMatch(/\.$/)
        expect(text.split('`').length % 2).toBe(1)
      }
    },
  )
})

describe('problem details', () => {
  test('of a service error contain its code and message, and a link to the problem’s page', () => {
    const err = new SessionError('attribute_not_allowed', 'A browser may not set it.', {
      errors: [{ path: 'attributes.custom.vip', message: 'not allowed' }],
    })
    expect(
      toProblem(err, { publicUrl: 'https://chat.example.com', hints: false, requestId: 'r-1' }),
    ).toMatchObject({
      status: 422,
      body: {
        type: 'https://chat.example.com/docs/problems/attribute_not_allowed',
        title: 'A browser must not set this attribute',
        status: 422,
        detail: 'A browser may not set it.',
        code: 'attribute_not_allowed',
        requestId: 'r-1',
        errors: [{ path: 'attributes.custom.vip', message: 'not allowed' }],
      },
    })
  })

  test('of a refusal by Genesys contain its status, code and correlation id', () => {
    const err = new UpstreamError('upstream_refused', 'Genesys refused it.', {
      status: 403,
      upstreamCode: 'missing.permissions',
      correlationId: 'c-1',
    })
    const { status, body } = toProblem(err, PLAIN)
    expect(status).toBe(502)
    expect(body.upstream).toEqual({ status: 403, code: 'missing.permissions', correlationId: 'c-1' })
  })

  test('contain the error’s own hint, or else the hint for its code, and no hint if hints are off', () => {
    const own = new UpstreamError('upstream_refused', 'No.', { hint: 'Add the role.' })
    const none = new UpstreamError('upstream_refused', 'No.')
    expect(toProblem(own, { publicUrl: '', hints: true }).body.hint).toBe('Add the role.')
    expect(toProblem(none, { publicUrl: '', hints: true }).body.hint).toBe(
      PROBLEM_CATALOGUE.upstream_refused.operatorAction,
    )
    expect(toProblem(own, PLAIN).body).not.toHaveProperty('hint')
  })

  test.each([
    [0.2, '1'],
    [0, '1'],
    [-3, '1'],
    [2.1, '3'],
    [undefined, '5'],
    [Number.NaN, '5'],
  ])('of an error with a wait of %p seconds have Retry-After: %s', (retryAfterSeconds, header) => {
    const facts = retryAfterSeconds === undefined ? {} : { retryAfterSeconds }
    const { headers, body } = toProblem(new UpstreamError('upstream_rate_limited', 'Slowly.', facts), PLAIN)
    expect(headers['Retry-After']).toBe(header)
    expect(body.retryAfterSeconds).toBe(Number(header))
  })

  test('have a default Retry-After if the status is 429 or 503', () => {
    for (const entry of Object.values(PROBLEM_CATALOGUE))
      if ([429, 503].includes(entry.status)) expect(entry.retryAfterSeconds).toBeGreaterThan(0)
  })

  test('have WWW-Authenticate if the status is 401, and include the error’s own headers', () => {
    expect(toProblem(new SessionError('session_invalid', 'No.'), PLAIN).headers).toMatchObject({
      'WWW-Authenticate': 'Bearer',
    })
    const err = new RequestError('method_not_allowed', 'No.', { headers: { Allow: 'GET' } })
    expect(toProblem(err, PLAIN).headers).toMatchObject({ Allow: 'GET' })
  })

  test.each([
    ['an unknown error', new Error('secret')],
    ['a thrown string', 'secret'],
    ['the thrown value undefined', undefined],
    ['an error with the status of an upstream response', Object.assign(new Error('secret'), { status: 400 })],
    ['the service’s own internal_error', new RequestError('internal_error', 'secret', { hint: 'secret' })],
  ])('of %s have the status 500 and reveal nothing', (_what, err) => {
    expect(toProblem(err, { publicUrl: '', hints: true, requestId: 'r-1' }).body).toEqual({
      type: '/docs/problems/internal_error',
      title: 'Internal error',
      status: 500,
      code: 'internal_error',
      requestId: 'r-1',
    })
  })
})

describe('in Express,', () => {
  const app = appThat(() => {
    throw new Error('reached')
  })

  test.each([
    ['malformed JSON', 'application/json', '{"text": "geheim', 400, 'invalid_json'],
    [
      'a body that is too large',
      'application/json',
      JSON.stringify({ text: 'x'.repeat(200) }),
      413,
      'request_too_large',
    ],
    ['an unsupported charset', 'application/json; charset=latin1', '{}', 415, 'unsupported_media_type'],
  ])(
    'a request with %s gets the matching problem, which contains no part of the request body',
    async (_what, type, body, status, code) => {
      const answer = await request(app).post('/it').set('Content-Type', type).send(body)
      expect(answer.status).toBe(status)
      expect(answer.type).toBe('application/problem+json')
      expect(answer.body).toMatchObject({ code, status, requestId: 'r-1' })
      expect(answer.text).not.toContain('geheim')
    },
  )

  test('a body with an unknown content encoding gets 415', async () => {
    const answer = await request(app).post('/it').set('Content-Encoding', 'snappy').type('json').send('{}')
    expect(answer.body).toMatchObject({ code: 'unsupported_media_type' })
  })

  test('a path that cannot be decoded gets 400', async () => {
    const answer = await request(app).get('/it/%E0%A4%A')
    expect(answer.body).toMatchObject({ status: 400, code: 'invalid_request' })
  })

  test('without a public address, a problem links to its page under the prefix of the mounted service', async () => {
    const outer = express()
    outer.use('/chat', app)
    const answer = await request(outer).post('/chat/it').send({})
    expect(answer.body).toMatchObject({ type: '/chat/docs/problems/internal_error' })
  })

  test('a service failure is logged with its hint, and a mistake by the caller is not logged', async () => {
    const log = spyLog()
    const refused = new UpstreamError('upstream_refused', 'No.', { hint: 'Add the role.' })
    await request(appThat(() => Promise.reject(refused), log)).post('/it')
    expect(log.error).toHaveBeenCalledWith(
      expect.objectContaining({
        requestId: 'r-1',
        code: 'upstream_refused',
        hint: 'Add the role.',
        err: refused,
      }),
      'request failed',
    )
    const wrong = spyLog()
    await request(appThat(() => Promise.reject(new SessionError('session_invalid', 'No.')), wrong)).post(
      '/it',
    )
    for (const level of Object.values(wrong)) expect(level).not.toHaveBeenCalled()
  })

  test('an error after a response has started closes the connection instead of mixing two responses', async () => {
    const broken = appThat((_req, res) => {
      res.write('data: 1\n\n')
      throw new Error('too late')
    })
    const server = http.createServer(broken).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const ended = await new Promise((resolve) => {
      const fail = (err: NodeJS.ErrnoException) => resolve(err.code)
      const call = http.get({ host: '127.0.0.1', port, path: '/it/1' }, (answer) => {
        answer.resume().once('error', fail)
        answer.once('end', () => resolve('complete'))
      })
      call.once('error', fail)
    })
    server.close()
    await once(server, 'close')
    expect(ended).toBe('ECONNRESET')
  })
})
