import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import type { Browser } from 'playwright-core'
import { violations } from './axe.ts'
import { openElement, smallTargets } from './open-element.ts'
import { launchBrowser } from './open-page.ts'
import { startDemo, type Demo } from './start-demo.ts'

jest.setTimeout(60_000)

let browser: Browser
let demo: Demo
let backend: Server
/** Called with each score that the site's backend receives. */
let onScore: (score: unknown) => void = () => {}

beforeAll(async () => {
  backend = createServer((req, res) => {
    void req.toArray().then((chunks) => {
      const { data } = JSON.parse(Buffer.concat(chunks as Buffer[]).toString()) as {
        data: { score: unknown }
      }
      onScore(data.score)
      res.end()
    })
  })
  await new Promise<void>((resolve) => backend.listen(0, '127.0.0.1', resolve))
  browser = await launchBrowser()
  demo = await startDemo({
    simulator: { agent: 'silent' },
    env: {
      SURVEY_WEBHOOK_URL: `http://127.0.0.1:${(backend.address() as AddressInfo).port}/`,
      SURVEY_WEBHOOK_SECRET: `whsec_${Buffer.alloc(32, 9).toString('base64')}`,
    },
  })
})
afterAll(async () => {
  await demo.close()
  await browser.close()
  await new Promise((resolve) => backend.close(resolve))
})

test.each([
  ['en', 'desktop', 'How was this chat?', '4', 'Thank you!'],
  ['de', 'phone', 'Wie war dieser Chat?', '5, Sehr gut', 'Vielen Dank!'],
  ['ar', 'phone', 'كيف كانت هذه المحادثة؟', '3', 'شكرًا لك!'],
])(
  'after the chat in %s on a %s has ended, the guest can rate it using only the keyboard',
  async (lang, device, question, score, thanks) => {
    const { page, context, panel } = await openElement(browser, demo, '', {
      lang,
      bypassCSP: true,
      reducedMotion: 'reduce',
      viewport: device === 'phone' ? { width: 360, height: 700 } : { width: 1280, height: 900 },
    })
    await page.locator('genesys-guest-chat .launcher').click()
    const sent = page.waitForResponse(
      (response) => response.url().endsWith('/messages') && response.status() === 201,
    )
    await panel.locator('textarea').fill('Hello')
    await page.keyboard.press('Enter')
    await sent
    demo.simulator.agentSays('Good bye')
    await panel.locator('.bubble', { hasText: 'Good bye' }).waitFor()
    await page.evaluate(() => document.querySelector('genesys-guest-chat')!.chat!.end())
    await panel.getByText(question).waitFor()
    expect(await violations(page)).toEqual([])
    expect(await smallTargets(page)).toEqual([])
    const received = new Promise<unknown>((resolve) => (onScore = resolve))
    await panel.getByRole('button', { name: score, exact: true }).focus()
    await page.keyboard.press('Enter')
    await panel.getByText(thanks).waitFor()
    expect(await violations(page)).toEqual([])
    // The guest is thanked before the site's backend has received the score.
    expect(await received).toBe(Number(score[0]))
    await context.close()
  },
)
