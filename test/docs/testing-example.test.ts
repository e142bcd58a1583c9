import { afterEach, expect, test } from '@jest/globals'
import { readConfig, startService, type RunningService } from 'genesys-guest-bff'
import { fixtureSettings, loadFixture } from 'genesys-guest-bff/fixtures'
import nock from 'nock'

const SITE = 'https://www.example.com'
let chat: RunningService

/** Starts the service with a recording in place of Genesys. The recording must be loaded first: the service calls Genesys at startup. */
async function startChat(fixture: string) {
  const calls = await loadFixture(fixture)
  const settings = {
    ...fixtureSettings('external-guests'),
    ALLOWED_ORIGINS: SITE,
    HOST: '127.0.0.1',
    PORT: '0',
  }
  chat = await startService(readConfig({ ...settings, LOG_LEVEL: 'silent' }))
  return calls
}

afterEach(async () => {
  await chat.stop()
  nock.cleanAll()
})

/** Stands in for your own code, such as your website's contact form. */
async function askSupport(chatUrl: string, question: string): Promise<string> {
  const headers = { origin: SITE, 'content-type': 'application/json' }
  const opened = await fetch(`${chatUrl}/guest-session`, { method: 'POST', headers, body: '{}' })
  if (!opened.ok) return 'Our chat is closed. Please write an email.'
  const { session } = (await opened.json()) as { session: string }
  const sent = await fetch(`${chatUrl}/messages`, {
    method: 'POST',
    headers: { ...headers, authorization: `Bearer ${session}` },
    body: JSON.stringify({ text: question }),
  })
  return sent.ok ? 'We have your question.' : 'Something went wrong. Please try again.'
}

test('a question reaches Genesys', async () => {
  const calls = await startChat('external-guests/happy-path')
  expect(await askSupport(chat.url, 'Where is my parcel?')).toBe('We have your question.')
  const notMade = calls.flatMap((call) => call.pendingMocks())
  expect(notMade.join()).not.toContain('/messages')
})

test('a visitor sees an error when Genesys refuses the question', async () => {
  await startChat('external-guests/send-wrong-scheme')
  expect(await askSupport(chat.url, 'Where is my parcel?')).toBe('Something went wrong. Please try again.')
})

test('a visitor sees that the chat is closed', async () => {
  await startChat('external-guests/deployment-not-active')
  expect(await askSupport(chat.url, 'Where is my parcel?')).toBe('Our chat is closed. Please write an email.')
})
