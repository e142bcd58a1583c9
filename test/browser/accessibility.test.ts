import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals'
import type { Browser } from 'playwright-core'
import { violations } from './axe.ts'
import { MESSAGE_TYPES, showcase } from './message-types.ts'
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
    expiring: 'Write to keep it open.',
    readOnly: 'This conversation is closed.',
  },
  ar: {
    open: 'فتح المحادثة',
    field: 'رسالتك',
    sent: 'أُرسلت',
    end: 'إنهاء المحادثة',
    ended: 'انتهت هذه المحادثة.',
    expiring: 'اكتب لإبقائها مفتوحة',
    readOnly: 'هذه المحادثة مغلقة.',
  },
} as const
const DEVICES = { desktop: { width: 1280, height: 860 }, phone: { width: 360, height: 740 } }

let browser: Browser
let demo: Demo | undefined

beforeAll(async () => {
  browser = await launchBrowser()
})
afterEach(() => demo?.close())
afterAll(() => browser.close())

interface Look {
  readonly colorScheme: 'light' | 'dark'
  readonly device: keyof typeof DEVICES
  readonly lang: keyof typeof WORDS
}

/** Every pair of values occurs in exactly one look. */
const LOOKS: readonly Look[] = [
  { colorScheme: 'light', device: 'desktop', lang: 'en' },
  { colorScheme: 'light', device: 'phone', lang: 'ar' },
  { colorScheme: 'dark', device: 'desktop', lang: 'ar' },
  { colorScheme: 'dark', device: 'phone', lang: 'en' },
]

/** Opens a page. `inspect` checks its current state with axe, and looks for targets that are too small. */
async function openForInspection(service: Demo, { colorScheme, device, lang }: Look, attributes = '') {
  const words = WORDS[lang]
  const { page, context, chat } = await openElement(browser, service, attributes, {
    lang,
    colorScheme,
    viewport: DEVICES[device],
    hasTouch: device === 'phone',
    reducedMotion: 'reduce',
    bypassCSP: true,
    head: '<style>html { color-scheme: light dark; } body { background: Canvas; color: CanvasText }</style>',
  })
  const found: string[] = []
  return {
    page,
    context,
    chat,
    words,
    found,
    part: (selector: string) => page.locator(`genesys-guest-chat ${selector}`),
    async inspect(state: string) {
      for (const violation of await violations(page)) found.push(`${state}: ${violation}`)
      for (const target of await smallTargets(page)) found.push(`${state}: small ${target}`)
    },
    async say(text: string) {
      const box = page.getByRole('textbox', { name: words.field })
      await box.fill(text)
      await box.press('Enter')
    },
  }
}

describe.each(LOOKS)('in $colorScheme colors on a $device with the language $lang,', (look) => {
  test('axe finds no violations from the start of the chat to its end', async () => {
    demo = await startDemo({ simulator: { agent: 'silent' } })
    const opened = await openForInspection(demo, look)
    const { page, context, chat, words, found, part, inspect, say } = opened
    await page.getByRole('button', { name: words.open }).waitFor()
    await inspect('closed')
    await page.getByRole('button', { name: words.open }).click()
    await part('.dot[data-state=online]').waitFor()
    await inspect('welcome')
    await say('Hello')
    await chat.log.getByText(words.sent).waitFor()
    for (const content of CONTENT) demo.simulator.agentSays(content)
    await part('.quick-reply').first().waitFor()
    await part('.list-item').first().waitFor()
    await part('.bubble blockquote').waitFor()
    await inspect('conversation')
    await part('.slot').first().click()
    await part('.answered:not([hidden])').waitFor()
    await inspect('answered')
    await page
      .locator('input[type=file]')
      .setInputFiles({ name: 'setup.exe', mimeType: 'application/octet-stream', buffer: Buffer.from('MZ') })
    await page.getByRole('alert').waitFor()
    await inspect('refused-file')
    await context.setOffline(true)
    await part('.dot[data-state=offline]').waitFor()
    await inspect('offline')
    await context.setOffline(false)
    await part('.dot[data-state=online]').waitFor()
    await page.route('**/messages', (route) =>
      route.fulfill({ status: 422, json: { code: 'invalid_request' } }),
    )
    await say('This cannot be sent')
    await part('.failure:not([hidden])').waitFor()
    await inspect('not-sent')
    await page.unroute('**/messages')
    demo.simulator.agentTypes()
    await part('.dots').waitFor()
    await inspect('typing')
    await page.getByRole('button', { name: words.end }).click()
    await page.getByRole('alertdialog').waitFor()
    await inspect('end-question')
    await page.getByRole('alertdialog').getByRole('button', { name: words.end }).click()
    await page.getByText(words.ended).waitFor()
    await inspect('ended')
    expect(found).toEqual([])
    await context.close()
  })

  test('axe finds no violations in a form, a question, an expiring session or a read-only conversation', async () => {
    const sessionDurationSeconds = 600
    let behindMs = 400_000
    const now = () => Date.now() - behindMs
    demo = await startDemo({
      simulator: { agent: 'silent', disconnectMode: 'read-only', sessionDurationSeconds, now },
    })
    const opened = await openForInspection(demo, look, 'prompts="sign-in video"')
    const { page, context, chat, words, found, part, inspect, say } = opened
    await page.getByRole('button', { name: words.open }).click()
    await page.getByText(words.expiring).waitFor()
    await inspect('expiring')
    behindMs = 0
    await say('Hello')
    await chat.log.getByText(words.sent).waitFor()
    await part('.notice.empty').waitFor({ state: 'attached' })

    demo.simulator.botSays(MESSAGE_TYPES.Form!.message)
    const onward = part('.form-actions .primary')
    await onward.waitFor()
    await inspect('form-introduction')
    await onward.click()
    await onward.click()
    await part('.reason:not([hidden])').first().waitFor()
    await inspect('form-missing')
    await part('.form input[type=text]').first().fill('Jane Doe')
    await onward.click()
    await part('.form input[type=date]').fill('2026-12-24')
    await part('.form select').selectOption('am')
    await part('.form input[type=checkbox]').first().check()
    await inspect('form-pickers')
    await onward.click()
    await part('.form .form-answers').waitFor()
    await inspect('form-summary')
    await onward.click()
    await part('.form').waitFor({ state: 'hidden' })
    await inspect('form-answered')

    for (const contentType of ['RichLink', 'Location', 'Card', 'Attachment'])
      demo.simulator.botSays(MESSAGE_TYPES[contentType]!.message)
    demo.simulator.botSays({ content: [{ contentType: 'Story' }] })
    await part('.unsupported').waitFor()
    await inspect('other-types')

    for (const word of ['sign', 'video']) {
      demo.simulator.botSays(showcase(word))
      const question = part('.prompt [role=group]')
      await question.waitFor()
      await inspect(`asked-${word}`)
      await question.getByRole('button').first().click()
      await question.waitFor({ state: 'detached' })
    }

    demo.simulator.agentLeaves()
    await page.getByText(words.readOnly).waitFor()
    await inspect('read-only')
    expect(found).toEqual([])
    await context.close()
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
