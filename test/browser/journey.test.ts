import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import type { Browser, Page } from 'playwright-core'
import { violations } from './axe.ts'
import { openElement, smallTargets } from './open-element.ts'
import { launchBrowser } from './open-page.ts'
import { startDemo, type Demo } from './start-demo.ts'

jest.setTimeout(60_000)

let browser: Browser
let demo: Demo
beforeAll(async () => {
  browser = await launchBrowser()
  demo = await startDemo({ simulator: { agent: 'silent' }, env: { JOURNEY: 'open' } })
})
afterAll(async () => {
  await demo.close()
  await browser.close()
})

const PHONE = { width: 360, height: 700 }
const DESKTOP = { width: 1280, height: 900 }
const open = (lang: string, viewport = DESKTOP, attributes = 'journey="session"') =>
  openElement(browser, demo, attributes, { lang, viewport, bypassCSP: true, reducedMotion: 'reduce' })
/** The last `count` states of invitations; waits until Genesys has received at least that many. */
async function states(count: number): Promise<string[]> {
  while (demo.simulator.actionStates.length < count)
    await demo.simulator.nextRequest('POST /api/v2/journey/deployments/*/actionevent')
  return demo.simulator.actionStates.slice(-count).map(({ actionState }) => actionState)
}
const invitation = (page: Page) => page.locator('genesys-guest-chat .invitation')

test('a visitor accepts an invitation by keyboard, and the conversation is linked to the visit', async () => {
  demo.simulator.setActionMaps([{ text: 'Questions about <b>lamps</b>?' }])
  const { page, context, panel } = await open('en')
  await invitation(page).getByText('Questions about <b>lamps</b>?').waitFor()
  expect(await violations(page)).toEqual([])
  expect(await smallTargets(page)).toEqual([])
  const configured = demo.simulator.nextFrame({ action: 'configureSession' })
  await page.locator('#behind').focus()
  await page.keyboard.press('Tab')
  await page.keyboard.press('Tab')
  expect(
    await invitation(page)
      .getByRole('button', { name: 'Start chat' })
      .evaluate((node) => node.matches(':focus')),
  ).toBe(true)
  await page.keyboard.press('Enter')
  await panel.locator('textarea').waitFor()
  expect(await invitation(page).count()).toBe(0)
  const [event] = demo.simulator.journeyEvents
  expect(event).toMatchObject({
    eventName: 'page_viewed',
    page: { url: `${demo.allowedSite}/page`, title: 'Shop', lang: 'en' },
  })
  expect(await states(2)).toEqual(['offered', 'accepted'])
  const [offered] = demo.simulator.actionStates
  expect(JSON.stringify(await configured)).toContain(offered!.actionId)
  await context.close()
})

test.each([
  ['de', PHONE, 'Können wir Ihnen helfen?'],
  ['ar', PHONE, 'هل يمكننا مساعدتك؟'],
])(
  'in %s on a phone, a visitor can decline an invitation, and the website can record a custom event',
  async (lang, viewport, offer) => {
    demo.simulator.setActionMaps([{}])
    const before = demo.simulator.actionStates.length
    const { page, context } = await open(lang, viewport)
    await invitation(page).getByText(offer).waitFor()
    expect(await violations(page)).toEqual([])
    expect(await smallTargets(page)).toEqual([])
    const { left, right } = await invitation(page).evaluate((node) => node.getBoundingClientRect())
    expect(left >= 0 && right <= viewport.width).toBe(true)
    await invitation(page).getByRole('button').last().focus()
    await page.keyboard.press('Escape')
    expect(
      await page.locator('genesys-guest-chat .launcher').evaluate((node) => node.matches(':focus')),
    ).toBe(true)
    expect(await states(before + 2)).toEqual(expect.arrayContaining(['rejected']))
    const recorded = demo.simulator.nextRequest('POST /api/v2/journey/deployments/*/webevents')
    await page.evaluate(() => {
      const detail = { name: 'cart_filled', attributes: { items: 3 } }
      document
        .querySelector('genesys-guest-chat')!
        .dispatchEvent(new CustomEvent('guest-chat-record', { detail }))
    })
    await recorded
    expect(demo.simulator.journeyEvents.at(-1)).toMatchObject({
      eventName: 'cart_filled',
      attributes: { items: { value: '3' } },
    })
    await context.close()
  },
)

test('without the journey attribute, no journey event is sent, and the visitor gets no id', async () => {
  const before = demo.requests.length
  const { page, context, chat } = await open('en', DESKTOP, '')
  await chat.open()
  // A page view would have been reported before the session is open.
  await page.getByText('Connected').waitFor()
  expect(demo.requests.slice(before).filter((request) => request.includes('journey'))).toEqual([])
  expect(await page.evaluate(() => Object.keys(sessionStorage).concat(Object.keys(localStorage)))).toEqual([])
  await context.close()
})
