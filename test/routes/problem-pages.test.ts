import { createHash } from 'node:crypto'
import { expect, test } from '@jest/globals'
import express from 'express'
import request from 'supertest'
import { PROBLEM_CATALOGUE, PROBLEM_CODES } from '../../src/service/problems/catalogue.ts'
import { problemIndex, problemPage, problemPages } from '../../src/service/routes/problem-pages.ts'

const app = express().use('/chat/docs/problems', problemPages())

test.each(PROBLEM_CODES)(
  'the problem %s has a page with its status, its code and two sections',
  async (code) => {
    const { status, text, type } = await request(app).get(`/chat/docs/problems/${code}`)
    expect([status, type]).toEqual([200, 'text/html'])
    expect(text.match(/<h2>/g)).toHaveLength(2)
    expect(text).toContain(`${PROBLEM_CATALOGUE[code].status} · <code>${code}</code>`)
  },
)

test.each(['/chat/docs/problems', '/chat/docs/problems/'])('%s links to every problem page', async (path) => {
  const { text } = await request(app).get(path)
  for (const code of PROBLEM_CODES) expect(text).toContain(`href="/chat/docs/problems/${code}"`)
})

test.each(['no_such_code', '__proto__', 'toString', '<script>'])(
  'there is no problem page for %s',
  (word) => {
    expect(() => problemPage(word, '')).toThrow(expect.objectContaining({ code: 'not_found' }))
  },
)

test('a problem page runs no script, and only its own style applies', async () => {
  const { headers, text } = await request(app).get('/chat/docs/problems/rate_limited')
  const style = /<style>([^]*)<\/style>/.exec(text)?.[1] ?? ''
  const hash = createHash('sha256').update(style).digest('base64')
  expect(headers['content-security-policy']).toMatch(/^default-src 'none'; style-src 'sha256-[^']+';/)
  expect(headers['content-security-policy']).toContain(`'sha256-${hash}'`)
  expect(text).not.toMatch(/<script|style=|onclick/)
})

test('text in the problem pages’ path is escaped', () => {
  expect(problemIndex('/"><b>')).not.toContain('"><b>')
})
