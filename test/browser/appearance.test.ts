import { mkdir } from 'node:fs/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals'
import type { Browser, Page } from 'playwright-core'
import { violations } from './axe.ts'
import { chatOf, launchBrowser, openPage } from './open-page.ts'
import { startDemo, type Demo } from './start-demo.ts'

jest.setTimeout(90_000)

const PICTURES = 'test-output'

let browser: Browser
let demo: Demo

beforeAll(async () => {
  browser = await launchBrowser()
  await mkdir(PICTURES, { recursive: true })
})
beforeEach(async () => {
  demo = await startDemo({ simulator: { agentDelayMs: 50 } })
})
afterEach(() => demo.close())
afterAll(() => browser.close())

/** Has a conversation with a link, a file, cards and quick replies. */
async function talk(page: Page) {
  const chat = chatOf(page)
  await chat.open()
  await chat.say('Hello')
  await chat.hears('How can I help you?')
  await chat.say('Do you have a card? I saw it at https://example.com/lamps')
  await page.getByRole('button', { name: 'Send me a file' }).click()
  await page.getByRole('link', { name: /hello.txt/ }).waitFor()
  demo.simulator.agentSays({
    content: [
      {
        contentType: 'Carousel',
        carousel: {
          cards: ['Hale', 'Moss', 'Tern'].map((title) => ({
            title,
            description: 'Turned from windfallen oak.',
            actions: [{ type: 'Postback', text: `Choose ${title}`, payload: title }],
          })),
        },
      },
    ],
  })
  await page.getByRole('group', { name: 'Cards' }).waitFor()
  demo.simulator.agentSays({ text: 'Which one?', quickReplies: ['Hale', 'Moss', 'Neither of them'] })
  await page.getByRole('group', { name: 'Suggested replies' }).waitFor()
  return chat
}

describe.each(['light', 'dark'] as const)('in %s colors,', (colorScheme) => {
  test.each([360, 768, 1280])('the chat fits into a window that is %i pixels wide', async (width) => {
    const viewport = { width, height: width < 500 ? 740 : 860 }
    const { page, context, mistakes } = await openPage(browser, `${demo.url}/demo/`, {
      viewport,
      colorScheme,
      // No screenshot is taken while something fades in.
      reducedMotion: 'reduce',
    })
    const shot = (name: string) =>
      page.screenshot({ path: `${PICTURES}/${colorScheme}-${width}-${name}.png` })
    await page.getByText('Simulated platform').waitFor()
    await shot('page')
    await talk(page)
    await shot('chat')
    const panel = await page.getByRole('dialog').boundingBox()
    expect(panel!.x).toBeGreaterThanOrEqual(0)
    expect(panel!.x + panel!.width).toBeLessThanOrEqual(width)
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width)
    expect(mistakes).toEqual([])
    await context.close()
  })

  test('axe finds no violations from the start of the chat to its end', async () => {
    const { page, context } = await openPage(browser, `${demo.url}/demo/`, {
      colorScheme,
      reducedMotion: 'reduce',
      bypassCSP: true,
    })
    expect(await violations(page)).toEqual([])
    await chatOf(page).open()
    await page.getByText('Connected').waitFor()
    expect(await violations(page)).toEqual([])
    await page.keyboard.press('Escape')
    await talk(page)
    await page
      .locator('input[type=file]')
      .setInputFiles({ name: 'setup.exe', mimeType: 'application/octet-stream', buffer: Buffer.from('MZ') })
    await page.getByRole('alert').waitFor()
    expect(await violations(page)).toEqual([])
    await page.getByRole('button', { name: 'End chat' }).click()
    await page.getByRole('alertdialog').waitFor()
    expect(await violations(page)).toEqual([])
    await page.getByRole('alertdialog').getByRole('button', { name: 'End chat' }).click()
    await page.getByText('This conversation has ended.').waitFor()
    expect(await violations(page)).toEqual([])
    await page.screenshot({ path: `${PICTURES}/${colorScheme}-1280-ended.png` })
    await context.close()
  })
})

test('the greeting is in the page’s language: German, French or Spanish', async () => {
  for (const [language, words] of [
    ['de', 'Wie können wir helfen?'],
    ['fr', 'Comment pouvons-nous vous aider ?'],
    ['es', '¿En qué podemos ayudarte?'],
  ] as const) {
    const { page, context } = await openPage(browser, `${demo.url}/demo/`)
    await page.evaluate((lang) => {
      document.documentElement.lang = lang
      const chat = document.querySelector('genesys-guest-chat')!
      chat.toggleAttribute('open')
      document.body.append(chat)
    }, language)
    await page.getByText(words).waitFor()
    await page.screenshot({ path: `${PICTURES}/${language}.png` })
    await context.close()
  }
})
