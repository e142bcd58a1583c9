import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals'
import type { Browser } from 'playwright-core'
import { violations } from './axe.ts'
import { openElement, smallTargets } from './open-element.ts'
import { launchBrowser } from './open-page.ts'
import { startDemo, type Demo } from './start-demo.ts'

jest.setTimeout(120_000)

const WORDS = {
  en: {
    open: 'Open chat',
    field: 'Your message',
    sent: 'Sent',
    end: 'End chat',
    ended: 'This conversation has ended.',
  },
  ar: {
    open: 'فتح المحادثة',
    field: 'رسالتك',
    sent: 'أُرسلت',
    end: 'إنهاء المحادثة',
    ended: 'انتهت هذه المحادثة.',
  },
} as const
const DEVICES = { desktop: { width: 1280, height: 860 }, phone: { width: 360, height: 740 } }

let browser: Browser
let demo: Demo

beforeAll(async () => {
  browser = await launchBrowser()
})
beforeEach(async () => {
  demo = await startDemo({ simulator: { agent: 'silent' } })
})
afterEach(() => demo.close())
afterAll(() => browser.close())

describe.each(['light', 'dark'] as const)('in %s', (colorScheme) => {
  describe.each(['desktop', 'phone'] as const)('on a %s', (device) => {
    test.each(['en', 'ar'] as const)('in %s, axe finds nothing in any state of the chat', async (lang) => {
      const words = WORDS[lang]
      const { page, context, chat } = await openElement(browser, demo, '', {
        lang,
        colorScheme,
        viewport: DEVICES[device],
        hasTouch: device === 'phone',
        reducedMotion: 'reduce',
        bypassCSP: true,
        head: '<style>html { color-scheme: light dark; } body { background: Canvas; color: CanvasText }</style>',
      })
      const found: string[] = []
      const look = async (state: string) => {
        for (const violation of await violations(page)) found.push(`${state}: ${violation}`)
        for (const target of await smallTargets(page)) found.push(`${state}: small ${target}`)
        await page.screenshot({ path: `test-output/axe-${colorScheme}-${device}-${lang}-${state}.png` })
      }
      const say = async (text: string) => {
        const box = page.getByRole('textbox', { name: words.field })
        await box.fill(text)
        await box.press('Enter')
      }

      await page.getByRole('button', { name: words.open }).waitFor()
      await look('closed')
      await page.getByRole('button', { name: words.open }).click()
      await page.locator('genesys-guest-chat .dot[data-state=online]').waitFor()
      await look('welcome')
      await say('Hello')
      await chat.log.getByText(words.sent).waitFor()
      for (const content of CONTENT) demo.simulator.agentSays(content)
      await page.locator('genesys-guest-chat .quick-reply').first().waitFor()
      await page.locator('genesys-guest-chat .list-item').first().waitFor()
      await look('conversation')
      await page.locator('genesys-guest-chat .slot').first().click()
      await page.locator('genesys-guest-chat .answered:not([hidden])').waitFor()
      await look('answered')
      await page
        .locator('input[type=file]')
        .setInputFiles({ name: 'setup.exe', mimeType: 'application/octet-stream', buffer: Buffer.from('MZ') })
      await page.getByRole('alert').waitFor()
      await look('refused-file')
      await context.setOffline(true)
      await page.locator('genesys-guest-chat .dot[data-state=offline]').waitFor()
      await look('offline')
      await context.setOffline(false)
      await page.locator('genesys-guest-chat .dot[data-state=online]').waitFor()
      await page.route('**/messages', (route) =>
        route.fulfill({ status: 422, json: { code: 'invalid_request' } }),
      )
      await say('This can not be sent')
      await page.locator('genesys-guest-chat .failure:not([hidden])').waitFor()
      await look('not-sent')
      await page.unroute('**/messages')
      demo.simulator.agentTypes()
      await page.locator('genesys-guest-chat .dots').waitFor()
      await look('typing')
      await page.getByRole('button', { name: words.end }).click()
      await look('end-question')
      await page.getByRole('alertdialog').getByRole('button', { name: words.end }).click()
      await page.getByText(words.ended).waitFor()
      await look('ended')
      expect(found).toEqual([])
      await context.close()
    })
  })
})

const CONTENT = [
  '*Bold*, _italic_, ~gone~, ==marked==, `code`, [a page](https://example.com/)\n\n- one\n- two\n\n> a quote',
  { file: { name: 'offer.txt', mediaType: 'text/plain', bytes: 'Offer' } },
  {
    content: [
      {
        contentType: 'Carousel',
        carousel: {
          cards: ['Hale', 'Moss', 'Tern'].map((title) => ({
            title,
            description: 'Turned from windfallen oak.',
            actions: [
              { type: 'Postback', text: `Choose ${title}`, payload: title },
              { type: 'Link', text: `Read about ${title}`, url: 'https://example.com/' },
            ],
          })),
        },
      },
    ],
  },
  {
    content: [
      {
        contentType: 'DatePicker',
        datePicker: {
          title: 'When?',
          subtitle: 'We call you.',
          availableTimes: [{ dateTime: '2027-01-02T10:00:00Z', duration: 1800 }],
        },
      },
    ],
  },
  { content: [{ contentType: 'DatePicker', datePicker: { title: 'Any time?', availableTimes: [] } }] },
  {
    content: [
      {
        contentType: 'ListPicker',
        listPicker: {
          receivedMessage: { title: 'Sizes' },
          replyMessage: { title: 'Chosen' },
          sections: [
            {
              title: 'Which sizes?',
              multipleSelection: true,
              items: [
                { id: 's', title: 'Small', subtitle: '20 cm' },
                { id: 'l', title: 'Large' },
              ],
            },
          ],
        },
      },
    ],
  },
  { text: 'Which one?', quickReplies: ['Hale', 'Moss', 'Neither of them'] },
]
