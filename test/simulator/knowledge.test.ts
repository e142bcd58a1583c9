import { afterEach, expect, test } from '@jest/globals'
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts'
import { authorized, call } from './rest-client.ts'

let simulator: Simulator
afterEach(() => simulator.close())

const SESSIONS = '/api/v2/knowledge/guest/sessions'
const post = (path: string, json: unknown, headers: Record<string, string> = {}) =>
  call(simulator.url + path, { method: 'POST', json, headers })
const session = (deploymentId: string) => ({
  app: { type: 'MessengerKnowledgeApp', deploymentId },
  customerId: 'one',
})

test('a knowledge session can search for articles, get suggestions, and read and rate an article', async () => {
  simulator = await startSimulator({ agent: 'silent' })
  const opened = await post(SESSIONS, session(simulator.deploymentId))
  const path = `${SESSIONS}/${String(opened.body.id)}/documents`
  const { body } = await post(`${path}/search`, { query: 'send back', pageSize: 1 })
  expect(body).toMatchObject({ total: 1, results: [{ document: { title: 'Send something back' } }] })
  const suggested = await post(`${path}/search/suggestions`, { query: 'refund' })
  expect(suggested.body.results).toEqual([{ matchedPhrase: 'Refund' }])
  const [{ document }] = body.results as [{ document: Record<string, unknown> & { id: string } }]
  const read = await call(`${simulator.url}${path}/${document.id}`)
  expect(read.body).toMatchObject({ variations: [{ body: { blocks: expect.any(Array) } }] })
  const feedback = {
    rating: 'Negative',
    documentVariation: (document['variations'] as object[])[0],
    document: { versionId: (document['documentVersion'] as { id: string }).id },
  }
  expect((await post(`${path}/${document.id}/feedback`, feedback)).status).toBe(200)
  expect(simulator.knowledgeFeedback).toEqual([{ articleId: document.id, rating: 'Negative' }])
  simulator.forgetKnowledgeSessions()
  expect((await post(`${path}/search`, { query: 'send back' })).status).toBe(404)
})

test('a knowledge session is refused without a token, for another deployment or without a knowledge base', async () => {
  simulator = await startSimulator({ agent: 'silent', knowledge: 'oauth' })
  const body = session(simulator.deploymentId)
  expect((await post(SESSIONS, body)).status).toBe(401)
  const headers = await authorized(simulator)
  expect((await post(SESSIONS, body, headers)).status).toBe(200)
  expect((await post(SESSIONS, session('another'), headers)).status).toBe(400)
  await simulator.close()
  simulator = await startSimulator({ agent: 'silent', knowledge: 'off' })
  expect((await post(SESSIONS, session(simulator.deploymentId))).status).toBe(404)
})
