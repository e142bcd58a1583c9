import { afterAll, beforeAll, beforeEach, afterEach, expect, jest, test } from '@jest/globals'
import type { Browser } from 'playwright-core'
import type * as Client from '../../src/browser/client/chat-client.ts'
import { launchBrowser, openPage } from './open-page.ts'
import { startDemo, type Demo } from './start-demo.ts'

jest.setTimeout(60_000)

let browser: Browser
let demo: Demo

beforeAll(async () => {
  browser = await launchBrowser()
})
beforeEach(async () => {
  demo = await startDemo()
})
afterEach(() => demo.close())
afterAll(() => browser.close())

test('a page on an allowed website can hold a conversation using only fetch', async () => {
  const { page, context } = await openPage(browser, demo.allowedSite)
  const events = await page.evaluate(async (service) => {
    const opened = await fetch(`${service}/guest-session`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: '{}',
    })
    const { session } = (await opened.json()) as { session: string }
    const headers = { Authorization: `Bearer ${session}`, 'Content-Type': 'application/json' }
    const stream = await fetch(`${service}/events`, { headers })
    await fetch(`${service}/messages`, { method: 'POST', headers, body: JSON.stringify({ text: 'Hello' }) })
    const reader = stream.body!.pipeThrough(new TextDecoderStream()).getReader()
    let heard = ''
    while (!heard.includes('How can I help you?')) heard += (await reader.read()).value ?? ''
    await reader.cancel()
    return heard
  }, demo.url)
  expect(events).toMatch(/event: typing\ndata: .*"sender":"agent"/)
  expect(events).toMatch(/event: message\ndata: .*How can I help you\?/)
  await context.close()
})

test('the example page sends a message and shows the agent’s answer', async () => {
  const service = encodeURIComponent(demo.url)
  const { page, context } = await openPage(browser, `${demo.allowedSite}/example/?service=${service}`)
  await page.getByRole('textbox').fill('Hello')
  await page.getByRole('button', { name: 'Send' }).click()
  await page.getByText('guest: Hello').waitFor()
  await page.getByText('agent: Hello! I am Ada.').waitFor()
  await context.close()
})

test('a page on an allowed website loads the client from the service and uses it', async () => {
  const { page, context } = await openPage(browser, demo.allowedSite)
  const answer = await page.evaluate(async (service) => {
    const { createGuestChat } = (await import(`${service}/client.js`)) as typeof Client
    const chat = createGuestChat()
    const answered = new Promise<string | undefined>((resolve) => {
      chat.on('message', ({ sender, text }) => {
        if (sender === 'agent') resolve(text)
      })
    })
    await chat.send('Hello')
    return answered
  }, demo.url)
  expect(answer).toBe('Hello! I am Ada. How can I help you?')
  await context.close()
})

test('a page on a website that is not allowed is refused before the service opens a session', async () => {
  const { page, context } = await openPage(browser, demo.foreignSite)
  const seenByThePage = await page.evaluate(async (service) => {
    const outcome = async (init: RequestInit) => {
      try {
        return String((await fetch(`${service}/guest-session`, init)).status)
      } catch (error) {
        return (error as Error).name
      }
    }
    const json = { 'Content-Type': 'application/json' }
    return [
      await outcome({ method: 'POST', headers: json, body: '{}' }),
      // No preflight precedes this request, so it does reach the service.
      await outcome({ method: 'POST', body: '{}', mode: 'no-cors' }),
    ]
  }, demo.url)
  // With hints on, the page may read the reason for the first refusal.
  expect(seenByThePage).toEqual(['403', 'TypeError'])
  expect(demo.requests).toContain('POST /guest-session')
  expect(demo.simulator.sessions).toEqual([])

  const origin = demo.foreignSite
  const refused = await fetch(`${demo.url}/guest-session`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Origin: origin },
    body: '{}',
  })
  expect(refused.status).toBe(403)
  expect(await refused.json()).toMatchObject({ code: 'origin_not_allowed' })
  expect(demo.simulator.sessions).toEqual([])
  await context.close()
})

test('a page on a website that is not allowed can read which setting to change, even after a preflight', async () => {
  const { page, context } = await openPage(browser, demo.foreignSite)
  const refused = await page.evaluate(async (service) => {
    const answer = await fetch(`${service}/guest-session`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: '{}',
    })
    return { status: answer.status, problem: (await answer.json()) as object }
  }, demo.url)
  expect(refused).toMatchObject({
    status: 403,
    problem: { code: 'origin_not_allowed', hint: expect.stringContaining('ALLOWED_ORIGINS') },
  })
  await context.close()
})

test('on a website that is not allowed, the console names the setting that would allow the scripts', async () => {
  const { page, context } = await openPage(browser, demo.foreignSite)
  for (const script of ['client.js', 'guest-chat.js']) {
    const logged = page.waitForEvent('console', (line) => line.location().url.endsWith(script))
    await page.evaluate((src) => {
      const element = Object.assign(document.createElement('script'), { type: 'module', src })
      document.head.append(element)
    }, `${demo.url}/${script}`)
    expect((await logged).text()).toContain('ALLOWED_ORIGINS')
  }
  await context.close()
})

test('on a website that is not allowed, a bundled chat says in the console to add the page’s origin', async () => {
  const { page, context } = await openPage(browser, demo.foreignSite)
  const warned = page.waitForEvent('console', (line) => line.type() === 'warning')
  await page.addScriptTag({ path: 'dist/browser/guest-chat.js', type: 'module' })
  await page.evaluate((service) => {
    document.body.innerHTML = `<genesys-guest-chat base-url="${service}" lang="en" open></genesys-guest-chat>`
  }, demo.url)
  expect((await warned).text()).toMatch(/^<genesys-guest-chat>: Add the page's exact origin/)
  await context.close()
})
