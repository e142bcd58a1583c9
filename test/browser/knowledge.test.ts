import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import type { Browser, Page } from 'playwright-core'
import { violations } from './axe.ts'
import { openElement, smallTargets, type ElementPageOptions } from './open-element.ts'
import { launchBrowser } from './open-page.ts'
import { startDemo, type Demo } from './start-demo.ts'

jest.setTimeout(60_000)

const LOOKS = [
  ['en', 'desktop', 'Articles found: 2', 'Back', 'Yes', 'Thank you!', 'Write to us'],
  ['de', 'phone', 'Gefundene Artikel: 2', 'Zurück', 'Ja', 'Vielen Dank!', 'Schreiben Sie uns'],
  ['ar', 'phone', 'المقالات التي عُثر عليها: 2', 'رجوع', 'نعم', 'شكرًا لك!', 'راسلنا'],
] as const

let browser: Browser
let demo: Demo

beforeAll(async () => {
  browser = await launchBrowser()
  demo = await startDemo({ simulator: { agent: 'silent' }, env: { KNOWLEDGE: 'open' } })
})
afterAll(async () => {
  await demo.close()
  await browser.close()
})

function look(lang: string, device: string): ElementPageOptions {
  const viewport = device === 'phone' ? { width: 360, height: 700 } : { width: 1280, height: 900 }
  return { lang, viewport, bypassCSP: true, reducedMotion: 'reduce' }
}

async function openByKey(page: Page): Promise<void> {
  const launcher = page.locator('genesys-guest-chat .launcher')
  // The launcher is shown as soon as the deployment's look is known.
  await launcher.waitFor()
  await launcher.focus()
  await page.keyboard.press('Enter')
}

describe.each(LOOKS)('in %s on a %s,', (lang, device, found, back, yes, thanks, write) => {
  test('a keyboard user can search, read and rate articles until the first message is sent', async () => {
    const { page, context, panel } = await openElement(browser, demo, '', look(lang, device))
    await openByKey(page)
    const box = panel.locator('textarea')
    await box.waitFor()
    await panel.locator('input[type=search]').focus()
    await page.keyboard.type('parcel')
    await panel.locator('.suggested-searches button').first().waitFor()
    await page.keyboard.press('Enter')
    await panel.getByText(found).waitFor()
    expect(await violations(page)).toEqual([])
    expect(await smallTargets(page)).toEqual([])
    await panel.locator('.article-link').first().press('Enter')
    await panel.getByRole('heading', { name: 'Where is my parcel?' }).waitFor()
    expect(await panel.locator('.article-body a').getAttribute('href')).toBe('https://www.example.com/track')
    expect(await violations(page)).toEqual([])
    expect(await smallTargets(page)).toEqual([])
    await panel.getByRole('button', { name: yes, exact: true }).press('Enter')
    await panel.getByText(thanks).waitFor()
    await panel.getByRole('button', { name: back }).press('Enter')
    await panel.getByText(found).waitFor()
    await box.fill('Hello')
    await box.press('Enter')
    await panel.locator('.bubble', { hasText: 'Hello' }).waitFor()
    expect(await panel.locator('.knowledge').count()).toBe(0)
    await context.close()
  })

  test('if articles are shown first, a session is opened only when the guest chooses to write', async () => {
    const { page, context, panel } = await openElement(browser, demo, 'knowledge="first"', look(lang, device))
    const before = demo.requests.length
    await openByKey(page)
    await panel.locator('input[type=search]').waitFor()
    const button = panel.getByRole('button', { name: write })
    await button.waitFor()
    expect(await panel.locator('textarea').isVisible()).toBe(false)
    expect(await violations(page)).toEqual([])
    await page.keyboard.type('parcel')
    await page.keyboard.press('Enter')
    await panel.getByText(found).waitFor()
    expect(await violations(page)).toEqual([])
    expect(demo.requests.slice(before)).not.toContain('POST /guest-session')
    await button.press('Enter')
    const opened = panel.locator('.dot[data-state="online"]')
    await opened.waitFor({ state: 'attached' })
    await page.keyboard.type('Hello')
    await page.keyboard.press('Enter')
    await panel.locator('.bubble', { hasText: 'Hello' }).waitFor()
    await context.close()
  })
})

test('the guest can still write if the article search fails', async () => {
  const { page, context, panel } = await openElement(browser, demo, 'knowledge="first"')
  await page.route('**/knowledge/search?*', (route) => route.abort())
  await openByKey(page)
  await panel.locator('input[type=search]').fill('parcel')
  await page.keyboard.press('Enter')
  await panel.getByText('We can’t search right now.').waitFor()
  await panel.getByRole('button', { name: 'Write to us' }).click()
  await panel.locator('textarea').waitFor()
  await context.close()
})

test('if an article in the list cannot be opened, the guest sees an error message', async () => {
  const { page, context, panel } = await openElement(browser, demo, 'knowledge="first"')
  await page.route('**/knowledge/articles/*', (route) => route.abort())
  await openByKey(page)
  await panel.locator('input[type=search]').fill('parcel')
  await page.keyboard.press('Enter')
  await panel.locator('.article-link').first().click()
  const message = panel.getByText('We can’t search right now.')
  await message.waitFor()
  // A text that is only for screen readers is one pixel high.
  expect((await message.boundingBox())!.height).toBeGreaterThan(10)
  await context.close()
})

test('a page can hide the articles', async () => {
  const { context, chat, panel } = await openElement(browser, demo, 'knowledge="none"')
  await chat.open()
  await panel.locator('.dot[data-state="online"]').waitFor()
  expect(await panel.locator('.knowledge').count()).toBe(0)
  await context.close()
})

test('a resumed conversation is shown without articles', async () => {
  const { page, context, chat, panel } = await openElement(
    browser,
    demo,
    'knowledge="first" storage="session"',
  )
  await chat.open()
  await panel.locator('input[type=search]').fill('parcel')
  await page.keyboard.press('Enter')
  await panel.getByRole('button', { name: 'Write to us' }).click()
  await panel.locator('.dot[data-state="online"]').waitFor()
  await page.reload()
  await chat.open()
  await panel.locator('.dot[data-state="online"]').waitFor()
  expect(await panel.locator('.knowledge').count()).toBe(0)
  await context.close()
})

test('if the page itself opens the chat, the guest can write without searching first', async () => {
  const { page, context, chat, panel } = await openElement(browser, demo, 'knowledge="first"')
  await chat.open()
  await panel.locator('input[type=search]').waitFor()
  await page.evaluate(() => document.querySelector('genesys-guest-chat')!.chat!.open())
  await panel.locator('textarea').waitFor()
  await context.close()
})

test('an article’s HTML cannot add scripts, event handlers, disallowed elements or script URLs', async () => {
  const html = [
    '<p>Honest &amp; <strong>bold</strong> <a href="https://www.example.com/?a=1&amp;b=2">link</a></p>',
    '<img src="x" onerror="window.ran = true"><img src="https://www.example.com/a.png" alt="" onerror="window.ran = true">',
    '<script>window.ran = true</script><svg onload="window.ran = true"></svg>',
    '<iframe srcdoc="&lt;script>parent.ran = true&lt;/script>"></iframe>',
    '<a href="javascript:window.ran = true">click</a><p onclick="window.ran = true">text</p>',
    '<style>* { display: none }</style><a href="https://user@evil.example/">there</a>',
    '<form action="https://evil.example/"><input name="card"></form>&lt;b&gt;',
  ].join('')
  const { page, context, chat, panel, mistakes } = await openElement(browser, demo, '', {
    head: `<meta http-equiv="Content-Security-Policy" content="require-trusted-types-for 'script'; trusted-types 'none'">`,
  })
  await page.route('**/knowledge/articles/*', (route) =>
    route.fulfill({
      headers: { 'Access-Control-Allow-Origin': '*' },
      json: { id: 'a', title: '<b>Title</b>', html },
    }),
  )
  await chat.open()
  await panel.locator('input[type=search]').fill('parcel')
  await page.keyboard.press('Enter')
  await panel.locator('.article-link').first().click()
  await panel.getByRole('heading', { name: '<b>Title</b>' }).waitFor()
  const body = panel.locator('.article-body')
  const names = await body.evaluate((node) =>
    [...node.querySelectorAll('*')].map(({ localName }) => localName),
  )
  expect(new Set(names)).toEqual(new Set(['p', 'strong', 'a', 'span', 'img']))
  const attributes = await body.evaluate((node) =>
    [...node.querySelectorAll('*')].flatMap((each) => each.getAttributeNames()),
  )
  expect(attributes.filter((name) => name.startsWith('on'))).toEqual([])
  const links = await body
    .locator('a')
    .evaluateAll((all) => all.map((each) => (each as HTMLAnchorElement).href))
  expect(links).toEqual(['https://www.example.com/?a=1&b=2'])
  expect(await body.innerText()).toContain('<b>')
  for (const text of ['click', 'text', 'there']) await body.getByText(text, { exact: true }).click()
  expect(await page.evaluate(() => 'ran' in window)).toBe(false)
  expect(mistakes.filter((mistake) => /trusted/i.test(mistake))).toEqual([])
  await context.close()
})
