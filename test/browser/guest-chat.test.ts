import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { chatOf, launchBrowser, openPage } from './open-page.ts'
import { startDemo, type Demo } from './start-demo.ts'

jest.setTimeout(60_000)

let browser: Browser
let demo: Demo
let closePage: (() => Promise<void>)[] = []

beforeAll(async () => {
  browser = await launchBrowser()
})
beforeEach(async () => {
  demo = await startDemo()
})
afterEach(async () => {
  for (const close of closePage.splice(0)) await close()
  await demo.close()
})
afterAll(() => browser.close())

async function openShop(options?: BrowserContextOptions) {
  const opened = await openPage(browser, `${demo.url}/demo/`, options)
  closePage = [...closePage, () => opened.context.close()]
  return { ...opened, chat: chatOf(opened.page) }
}

describe('a visitor to the shop', () => {
  test('says hello, sees the agent typing, and then sees the reply', async () => {
    await demo.close()
    // The agent types for longer than Playwright pauses between two looks at the page, which is half a second.
    demo = await startDemo({ simulator: { agentDelayMs: 2000 } })
    const { page, chat, mistakes } = await openShop()
    await chat.open()
    // That the agent is typing is a live event only: it would be lost if the events were not connected yet.
    await page.getByText('Connected').waitFor()
    await chat.say('Hello')
    await page.getByText('is typing').first().waitFor()
    await chat.hears('How can I help you?')
    expect(await chat.bubbles()).toEqual(
      expect.arrayContaining(['Hello', 'Hello! I am Ada. How can I help you?']),
    )
    await chat.log.getByText('Sent').waitFor()
    // The page has a strict content security policy: a refused script or style would be reported here.
    expect(mistakes).toEqual([])
  })

  test('has no session until the chat is opened', async () => {
    const { page } = await openShop()
    await page.getByRole('button', { name: 'Open chat' }).waitFor()
    expect(demo.simulator.sessions).toEqual([])
    await page.getByRole('button', { name: 'Ask us anything' }).click()
    await page.getByText('Connected').waitFor()
    expect(demo.simulator.sessions).toHaveLength(1)
  })

  test('still sees the conversation after a reload, and can continue it', async () => {
    const { page, chat } = await openShop()
    await chat.open()
    await chat.say('Hello')
    await chat.hears('How can I help you?')
    const before = await chat.bubbles()
    await page.reload()
    await chat.open()
    await chat.hears('How can I help you?')
    expect(await chat.bubbles()).toEqual(before)
    await chat.say('Just looking')
    await chat.hears('You wrote: Just looking')
    expect(demo.simulator.sessions).toHaveLength(1)
  })

  test('sees on the button that a message arrived while the chat was closed', async () => {
    const { page, chat } = await openShop()
    await chat.open()
    await chat.say('Hello')
    await chat.hears('How can I help you?')
    await page.keyboard.press('Escape')
    demo.simulator.agentSays('Are you still there?')
    await page.getByRole('button', { name: 'Open chat, 1 unread' }).click()
    await chat.hears('Are you still there?')
  })

  test('answers with quick replies and cards using only the keyboard', async () => {
    const { page, chat } = await openShop()
    await chat.open()
    await chat.say('Any replies?')
    await page.getByRole('button', { name: 'A card' }).focus()
    await page.keyboard.press('Enter')
    const postback = page
      .getByRole('group', { name: 'A card' })
      .getByRole('button', { name: 'Send me a file' })
    await postback.waitFor()
    expect(await page.getByRole('group', { name: 'Suggested replies' }).count()).toBe(0)
    expect(await chat.box.evaluate((box) => box.matches(':focus'))).toBe(true)
    await postback.focus()
    await page.keyboard.press('Space')
    await page.getByRole('link', { name: /hello.txt/ }).waitFor()
    expect((await chat.bubbles()).filter((text) => text === 'Send me a file')).toHaveLength(1)
  })

  test('sends a file, and the agent gets it', async () => {
    const { page, chat } = await openShop()
    await chat.open()
    await page.getByRole('button', { name: 'Attach a file' }).waitFor()
    await page
      .locator('input[type=file]')
      .setInputFiles({ name: 'invoice.txt', mimeType: 'text/plain', buffer: Buffer.from('€ 148') })
    await page.locator('.upload .icon-check').waitFor()
    await chat.say('Here it is')
    await page.getByRole('link', { name: /invoice.txt/ }).waitFor()
    await chat.hears('I have received invoice.txt')
  })

  test('sees why a file is refused, and can continue writing', async () => {
    const { page, chat } = await openShop()
    await chat.open()
    await page.getByRole('button', { name: 'Attach a file' }).waitFor()
    await page
      .locator('input[type=file]')
      .setInputFiles({ name: 'setup.exe', mimeType: 'application/octet-stream', buffer: Buffer.from('MZ') })
    await page.getByRole('alert').getByText('setup.exe can’t be sent').waitFor()
    await page.getByRole('button', { name: 'Remove setup.exe' }).click()
    await chat.say('Hello')
    await chat.hears('How can I help you?')
  })

  test('sees neither a link to a javascript: address nor an image from HTML in a message', async () => {
    const { page, chat } = await openShop()
    await chat.open()
    await chat.say('Hello')
    await chat.hears('How can I help you?')
    demo.simulator.agentSays(
      '<img src=x onerror=alert(1)> javascript:alert(1) and https://example.com/a?b=c.',
    )
    await chat.hears('javascript:alert(1)')
    expect(
      await chat.log.getByRole('link').evaluateAll((links) => links.map((link) => link.getAttribute('href'))),
    ).toEqual(['https://example.com/a?b=c'])
    expect(await chat.log.locator('img').count()).toBe(0)
    expect(await page.title()).toContain('Oak')
  })

  test('can end the chat after confirming, and then start a new one', async () => {
    const { page, chat } = await openShop()
    await chat.open()
    await chat.say('Hello')
    await chat.hears('How can I help you?')
    await page.getByRole('button', { name: 'End chat' }).click()
    await page
      .getByRole('alertdialog', { name: 'End this chat?' })
      .getByRole('button', { name: 'End chat' })
      .click()
    await page.getByText('This conversation has ended.').waitFor()
    await page.getByRole('button', { name: 'Start a new chat' }).click()
    await page.getByText('Connected').waitFor()
    expect(await chat.bubbles()).toEqual([])
    await chat.say('Hello again')
    await chat.hears('How can I help you?')
  })

  test('can write offline, and the messages are sent once and in order when the network is back', async () => {
    const { page, context, chat } = await openShop()
    await chat.open()
    await chat.say('Hello')
    await chat.hears('How can I help you?')
    await context.setOffline(true)
    await page.getByText('You are offline.').waitFor()
    await chat.say('first')
    await chat.say('second')
    await page.getByText('Sending …').last().waitFor()
    await context.setOffline(false)
    await chat.hears('You wrote: second')
    const own = demo.simulator
      .transcript()
      .filter(({ sender, type }) => sender === 'guest' && type !== 'Event')
    expect(own.map(({ text }) => text)).toEqual(['Hello', 'first', 'second'])
  })
})

describe('two tabs of one visitor', () => {
  test('show the same conversation', async () => {
    const { page, context } = await openShop()
    await useLocalStorage(page)
    const one = chatOf(page)
    await one.open()
    await one.say('Hello')
    await one.hears('How can I help you?')
    const other = await context.newPage()
    await other.goto(page.url())
    await useLocalStorage(other)
    const two = chatOf(other)
    await two.open()
    await two.hears('How can I help you?')
    await two.say('From the second tab')
    await one.hears('You wrote: From the second tab')
    await two.hears('You wrote: From the second tab')
    expect(await one.bubbles()).toEqual(await two.bubbles())
    expect(demo.simulator.sessions).toHaveLength(1)
  })

  /** Makes the chat use `localStorage`: the shop uses `sessionStorage`, which belongs to one tab. */
  async function useLocalStorage(page: Page): Promise<void> {
    await page.evaluate(() => {
      const chat = document.querySelector('genesys-guest-chat')
      chat?.setAttribute('storage', 'local')
      if (chat) document.body.append(chat)
    })
  }
})

describe('a service that is mounted under a prefix', () => {
  test('serves the shop and its chat', async () => {
    await demo.close()
    demo = await startDemo({ prefix: '/support/chat' })
    const { chat, mistakes } = await openShop()
    await chat.open()
    await chat.say('Hello')
    await chat.hears('How can I help you?')
    expect(mistakes).toEqual([])
  })
})

describe('in a read-only conversation,', () => {
  test('the visitor can read the messages and start a new conversation', async () => {
    await demo.close()
    demo = await startDemo({ simulator: { disconnectMode: 'read-only' } })
    const { page, chat } = await openShop()
    await chat.open()
    await chat.say('bye')
    await page.getByText('This conversation is closed.').waitFor()
    expect(await chat.bubbles()).toContain('bye')
    await page.getByRole('button', { name: 'Start a new chat' }).click()
    await chat.say('Hello')
    await chat.hears('How can I help you?')
  })
})
