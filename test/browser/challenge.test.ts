import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import type { Browser, Page } from 'playwright-core'
import { violations } from './axe.ts'
import { openElement, type ElementPageOptions } from './open-element.ts'
import { launchBrowser } from './open-page.ts'
import { startDemo, type Demo } from './start-demo.ts'

jest.setTimeout(60_000)

/** A vendor's widget, which the page puts into the chat's `challenge` slot. */
const WIDGET = `<div slot="challenge" id="check"></div><script>
  document.querySelector('genesys-guest-chat').solveChallenge = () => new Promise((resolve) => {
    const human = document.createElement('button')
    human.textContent = 'I am human'
    human.onclick = () => resolve('solved-' + Date.now() + '@' + location.hostname)
    document.querySelector('#check').replaceChildren(human)
    human.focus()
  })
</script>`

const LOOKS = [
  ['en', 'desktop'],
  ['de', 'phone'],
  ['ar', 'phone'],
] as const

let browser: Browser
beforeAll(async () => {
  browser = await launchBrowser()
})
afterAll(() => browser.close())

describe('a proof-of-work challenge', () => {
  let demo: Demo
  beforeAll(async () => {
    demo = await startDemo({
      simulator: { agent: 'silent', disconnectMode: 'read-only' },
      env: { CHALLENGE: 'altcha' },
    })
  })
  afterAll(() => demo.close())

  test.each(LOOKS)('is solved by the chat itself, in %s on a %s', async (lang, device) => {
    const { page, context, panel } = await openElement(browser, demo, '', look(lang, device))
    const statuses: number[] = []
    page.on('response', (response) => {
      if (new URL(response.url()).pathname === '/guest-session') statuses.push(response.status())
    })
    const opened = page.waitForResponse(
      (response) => response.status() === 201 && response.url().endsWith('/guest-session'),
    )
    await openByKey(page)
    await panel.locator('textarea').waitFor()
    await page.keyboard.type('Hello')
    await page.keyboard.press('Enter')
    await panel.locator('.bubble', { hasText: 'Hello' }).waitFor()
    await opened
    expect(statuses).toEqual([403, 201])
    expect(await violations(page)).toEqual([])
    await context.close()
  })

  test('is solved again when the guest starts a new chat after a read-only or ended conversation', async () => {
    const { page, context, panel, chat } = await openElement(browser, demo)
    const statuses: number[] = []
    page.on('response', (response) => {
      if (new URL(response.url()).pathname === '/guest-session') statuses.push(response.status())
    })
    await openByKey(page)
    const sayHello = async () => {
      await chat.say('Hello')
      await chat.log.getByText('Sent').waitFor()
    }
    await sayHello()
    const endAsAgent = async () => demo.simulator.agentLeaves()
    const endAsGuest = () => page.evaluate(() => document.querySelector('genesys-guest-chat')!.chat!.end())
    for (const end of [endAsAgent, endAsGuest]) {
      await end()
      statuses.length = 0
      await page.getByRole('button', { name: 'Start a new chat' }).click()
      await panel.locator('.bubble').waitFor({ state: 'detached' })
      await sayHello()
      expect(statuses).toEqual([403, 201])
    }
    await context.close()
  })
})

describe('a vendor’s challenge widget', () => {
  let demo: Demo
  beforeAll(async () => {
    demo = await startDemo({
      simulator: { agent: 'silent' },
      env: (simulator) => ({
        CHALLENGE: 'turnstile',
        CHALLENGE_SECRET: 'simulated-secret',
        CHALLENGE_VERIFY_URL: `${simulator.url}/siteverify`,
      }),
    })
  })
  afterAll(() => demo.close())

  test.each(LOOKS)('is shown until the challenge is solved, in %s on a %s', async (lang, device) => {
    const { page, context, panel } = await openElement(browser, demo, '', {
      ...look(lang, device),
      content: WIDGET,
    })
    await openByKey(page)
    const widget = page.getByRole('button', { name: 'I am human' })
    await widget.waitFor()
    expect(await violations(page)).toEqual([])
    await page.keyboard.press('Enter')
    await panel.locator('.dot[data-state="online"]').waitFor({ state: 'attached' })
    await widget.waitFor({ state: 'hidden' })
    await panel.locator('textarea').focus()
    await page.keyboard.type('Hello')
    await page.keyboard.press('Enter')
    await panel.locator('.bubble', { hasText: 'Hello' }).waitFor()
    await context.close()
  })
})

async function openByKey(page: Page): Promise<void> {
  const launcher = page.locator('genesys-guest-chat .launcher')
  // The launcher is shown as soon as the deployment's look is known. Until then, it ignores keys.
  await launcher.waitFor()
  await launcher.press('Enter')
}

function look(lang: string, device: string): ElementPageOptions {
  const viewport = device === 'phone' ? { width: 360, height: 700 } : { width: 1280, height: 900 }
  return { lang, viewport, bypassCSP: true, reducedMotion: 'reduce' }
}
