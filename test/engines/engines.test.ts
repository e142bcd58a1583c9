import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals'
import type * as Client from '../../src/browser/client/chat-client.ts'
import type { GuestChatElement } from '../../src/browser/element/guest-chat-element.ts'
import { showcase } from '../browser/message-types.ts'
import { startDemo, type Demo, type DemoOptions } from '../browser/start-demo.ts'
import { chatHtml, openChatPage, type ChatPage } from './chat-page.ts'
import { startChromium } from './chromium.ts'
import type { Engine, WindowSize } from './engine.ts'
import { startFirefox } from './firefox.ts'
import { startWebKit } from './webkit.ts'

jest.setTimeout(60_000)

const PHONE: WindowSize = { width: 360, height: 700 }

describe.each([
  ['Chromium', startChromium],
  ['Firefox', startFirefox],
  ['WebKit', startWebKit],
])('in %s,', (_name, start) => {
  let engine: Engine
  let demo: Demo
  let page: ChatPage

  beforeAll(async () => {
    engine = await start()
  })
  afterEach(async () => {
    await page.close()
    await demo.close()
  })
  afterAll(() => engine.close())

  /** Opens a page that contains the chat, with an agent whose messages the test sends. */
  async function openPage(html: (demo: Demo) => string, options: DemoOptions = {}, window?: WindowSize) {
    demo = await startDemo({ simulator: { agent: 'silent' }, ...options })
    page = await openChatPage(engine, demo.publish(html(demo)), window)
  }

  async function openConversation(attributes = '', window?: WindowSize) {
    await openPage((service) => chatHtml(service, `base-url="${service.url}" ${attributes}`), {}, window)
    await page.click('.launcher')
    await page.shows('Connected')
    await page.say('Hello')
    await page.shows('Sent')
  }

  /** Adds enough messages for the log to scroll. */
  async function fillLog() {
    for (let line = 1; line <= 14; line++) demo.simulator.agentSays(`Line ${line} of what there is to say.`)
    await page.shows('Line 14')
  }

  test('a visitor to the demo and a page that uses the client can each have a conversation', async () => {
    demo = await startDemo({ simulator: { agentDelayMs: 50 } })
    page = await openChatPage(engine, `${demo.url}/demo/`)
    await page.click('.launcher')
    await page.say('Hello')
    await page.shows('How can I help you?')
    await page.say('Any replies?')
    await page.click('.quick-reply')
    await page.until(
      () => document.querySelector('genesys-guest-chat')!.shadowRoot!.querySelectorAll('.own').length === 3,
      undefined,
    )
    // The page itself now uses the client.
    const heard = await page.run(async (url) => {
      const { createGuestChat } = (await import(url)) as typeof Client
      const chat = createGuestChat()
      const answered = new Promise((resolve) =>
        chat.on('message', ({ sender, text }) => sender === 'agent' && resolve(text)),
      )
      await chat.send('Hello')
      return answered
    }, `${demo.url}/client.js`)
    expect(heard).toBe('Hello! I am Ada. How can I help you?')
  })

  test('articles are shown before the chat, and a vendor’s widget is shown within the chat', async () => {
    const widget = `<div slot="challenge" id="check"></div><script>
      document.querySelector('genesys-guest-chat').solveChallenge = () => new Promise((resolve) => {
        document.querySelector('#check').innerHTML = '<button id="human">I am human</button>'
        document.querySelector('#human').onclick = () => resolve('solved@' + location.hostname)
      })
    </script>`
    await openPage(
      (service) => chatHtml(service, `base-url="${service.url}" knowledge="first"`, widget),
      {
        env: ({ url }) => ({
          KNOWLEDGE: 'open',
          CHALLENGE: 'turnstile',
          CHALLENGE_SECRET: 'simulated-secret',
          CHALLENGE_VERIFY_URL: `${url}/siteverify`,
        }),
      },
      PHONE,
    )
    await page.click('.launcher')
    await page.focus('.knowledge .input')
    await page.type('parcel\n')
    await page.shows('Articles found: 2')
    await page.click('.article-link')
    await page.shows('Did this help?')
    await page.click('.write')
    await page.until(
      () => document.querySelector<HTMLElement>('#human')?.checkVisibility() === true,
      undefined,
    )
    await page.run(() => document.querySelector<HTMLElement>('#human')!.click(), undefined)
    await page.shows('Connected')
  })

  test('attributes take effect even if a framework sets them after inserting the element', async () => {
    await openPage((service) => chatHtml(service, ''))
    // Angular does the same with a late value: it inserts the element first, then sets the bound attributes.
    await page.until(() => document.querySelector('genesys-guest-chat')?.shadowRoot !== null, undefined)
    await page.run((url) => {
      const chat = document.querySelector('genesys-guest-chat')!
      chat.setAttribute('base-url', url)
      chat.setAttribute('texts', '{"title":"Ask the lamp makers"}')
    }, demo.url)
    await page.click('.launcher')
    await page.shows('Ask the lamp makers')
    await page.say('Hello')
    await page.shows('Sent')
    const warning = await page.run(() => {
      const warnings: string[] = []
      console.warn = (...words: unknown[]) => warnings.push(words.join(' '))
      document.querySelector('genesys-guest-chat')!.setAttribute('storage', 'local')
      return warnings.join('\n')
    }, undefined)
    expect(warning).toMatch(
      /^<genesys-guest-chat>: Changing storage after the chat has started has no effect/,
    )
  })

  test('the text above a carousel is aligned with the cards', async () => {
    await openConversation()
    demo.simulator.botSays(showcase('carousel'))
    await page.box('.carousel-track')
    // Both positions are read in one call, because the log scrolls when the carousel makes it higher.
    const { track, bubble } = await page.run(() => {
      const root = document.querySelector('genesys-guest-chat')!.shadowRoot!
      const boxOf = (selector: string) =>
        root.querySelector(selector)!.getBoundingClientRect().toJSON() as DOMRect
      return { track: boxOf('.carousel-track'), bubble: boxOf('.other .bubble') }
    }, undefined)
    expect(Math.abs(bubble.x - track.x)).toBeLessThanOrEqual(1)
    const row = await page.box('.message.other')
    expect(track.width).toBeGreaterThan(row.width * 0.8)
    expect(bubble.bottom).toBeLessThanOrEqual(track.top)
  })

  test('a picture has its final size before it loads, and the log scrolls to a picture that was just sent', async () => {
    await openConversation()
    await fillLog()
    await page.run(async () => {
      const canvas = Object.assign(document.createElement('canvas'), { width: 400, height: 900 })
      canvas.getContext('2d')!.fillRect(0, 0, 400, 900)
      const blob = await new Promise<Blob>((resolve) => canvas.toBlob((made) => resolve(made!)))
      const files = new DataTransfer()
      files.items.add(new File([blob], 'lamp.png', { type: 'image/png' }))
      const root = document.querySelector('genesys-guest-chat')!.shadowRoot!
      const input = root.querySelector<HTMLInputElement>('input[type=file]')!
      input.files = files.files
      input.dispatchEvent(new Event('change'))
    }, undefined)
    await page.box('.upload .icon-check')
    await page.click('.send')
    await page.box('.picture')
    const placeBefore = await page.run(() => {
      const picture = document.querySelector('genesys-guest-chat')!.shadowRoot!.querySelector('.picture')!
      const { height } = picture.getBoundingClientRect()
      return { height, isLoaded: picture.querySelector('img')!.naturalWidth > 0 }
    }, undefined)
    await page.until(() => {
      const root = document.querySelector('genesys-guest-chat')!.shadowRoot!
      return root.querySelector<HTMLImageElement>('.picture img')!.naturalWidth === 400
    }, undefined)
    expect((await page.box('.picture')).height).toBeCloseTo(placeBefore.height, 0)
    await page.until(() => {
      const scroller = document.querySelector('genesys-guest-chat')!.shadowRoot!.querySelector('.scroller')!
      return scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 2
    }, undefined)
    expect(
      await page.run(
        () =>
          document.querySelector('genesys-guest-chat')!.shadowRoot!.querySelector<HTMLElement>('.to-newest')!
            .hidden,
        undefined,
      ),
    ).toBe(true)
  })

  test('the greeting is in the middle of the log, and the first message is at the end', async () => {
    await openPage((service) => chatHtml(service, `base-url="${service.url}"`))
    await page.click('.launcher')
    await page.shows('Connected')
    /** The empty space above and below the content of the log. */
    const spaces = () =>
      page.run(() => {
        const scroller = document.querySelector('genesys-guest-chat')!.shadowRoot!.querySelector('.scroller')!
        const [log, content] = [scroller, scroller.firstElementChild!].map((one) =>
          one.getBoundingClientRect(),
        )
        return { above: content!.top - log!.top, below: log!.bottom - content!.bottom }
      }, undefined)
    const greeting = await spaces()
    expect(greeting.below).toBeCloseTo(greeting.above, 0)
    await page.say('Hello')
    await page.shows('Sent')
    const message = await spaces()
    expect(message.below).toBeCloseTo(0, 0)
    expect(message.above).toBeGreaterThan(100)
  })

  test('in a chat button with text, the icon has no padding next to the text', async () => {
    const look = {
      messenger: {
        enabled: true,
        apps: { conversations: { enabled: true } },
        launcherButton: { visibility: 'On', displayType: 'IconAndText' },
      },
      customI18nLabels: [
        {
          language: 'en-us',
          localizedLabels: [{ key: 'MessengerLauncherButtonText', value: 'Ask us' }],
        },
      ],
    }
    await openPage((service) => chatHtml(service, `base-url="${service.url}"`), { simulator: { look } })
    await page.until(
      () =>
        document
          .querySelector('genesys-guest-chat')!
          .shadowRoot!.querySelector('.launcher-text')
          ?.checkVisibility() === true,
      undefined,
    )
    expect(
      await page.run(
        () =>
          getComputedStyle(
            document.querySelector('genesys-guest-chat')!.shadowRoot!.querySelector('.launcher-icon')!,
          ).paddingInline,
        undefined,
      ),
    ).toBe('20px 0px')
  })

  test('a notice’s button stays within the notice', async () => {
    await openPage((service) => chatHtml(service, `base-url="${service.url}" language="de"`), {}, PHONE)
    await page.click('.launcher')
    await page.shows('Verbunden')
    await page.run(() => {
      const chat = document.querySelector<GuestChatElement>('genesys-guest-chat')!
      Object.assign(chat.chat!, { loadEarlier: () => Promise.reject(new Error('out of reach')) })
      chat.shadowRoot!.querySelector<HTMLElement>('.earlier')!.click()
    }, undefined)
    await page.shows('Etwas ist schiefgegangen.')
    const notice = await page.box('.notice')
    const button = await page.box('.notice .link')
    const words = await page.run(() => {
      const link = document.querySelector('genesys-guest-chat')!.shadowRoot!.querySelector('.notice .link')!
      return link.scrollWidth - link.clientWidth
    }, undefined)
    expect(words).toBeLessThanOrEqual(0)
    expect(button.right).toBeLessThanOrEqual(notice.right)
    expect(button.left).toBeGreaterThanOrEqual(notice.left)
  })

  test('new messages are counted and marked while the guest reads earlier ones', async () => {
    await openConversation()
    await fillLog()
    // The log scrolls to its end shortly after it has grown. Until then, scrolling up has no effect.
    await page.until(() => {
      const root = document.querySelector('genesys-guest-chat')!.shadowRoot!
      root.querySelector('.scroller')!.scrollTop = 0
      return !root.querySelector<HTMLElement>('.to-newest')!.hidden
    }, undefined)
    demo.simulator.agentSays('And one more.')
    demo.simulator.agentSays('And another.')
    await page.until(
      () =>
        document.querySelector('genesys-guest-chat')!.shadowRoot!.querySelector('.to-newest .unread')
          ?.textContent === '2',
      undefined,
    )
    const after = await page.run(
      () =>
        document.querySelector('genesys-guest-chat')!.shadowRoot!.querySelector('.new-line')
          ?.nextElementSibling?.textContent,
      undefined,
    )
    expect(after).toContain('And one more.')
    await page.click('.to-newest')
    await page.until(() => {
      const root = document.querySelector('genesys-guest-chat')!.shadowRoot!
      return root.querySelector<HTMLElement>('.to-newest')!.hidden && root.querySelector('.new-line') !== null
    }, undefined)
    await page.say('I have read it')
    await page.until(
      () => document.querySelector('genesys-guest-chat')!.shadowRoot!.querySelector('.new-line') === null,
      undefined,
    )
  })

  test('after a session is refused, the chat shows one retry button and the `unavailable` slot', async () => {
    const unknown = { env: { GENESYS_DEPLOYMENT_ID: '00000000-0000-4000-8000-000000000000' } }
    const offer = '<a slot="unavailable" href="tel:+15550100">Call us</a>'
    await openPage((service) => chatHtml(service, `base-url="${service.url}"`, offer), unknown)
    await page.click('.launcher')
    await page.shows('Unavailable')
    const seen = await page.run(() => {
      const host = document.querySelector('genesys-guest-chat')!
      const panel = host.shadowRoot!.querySelector<HTMLElement>('.panel')!
      const retries = [...panel.querySelectorAll('button')].filter(
        (button) => button.checkVisibility() && button.innerText === 'Try again',
      )
      return {
        text: panel.innerText,
        retries: retries.length,
        offer: host.querySelector('a')!.getBoundingClientRect().height > 0,
        field: panel.querySelector('.field')!.checkVisibility(),
      }
    }, undefined)
    expect(seen).toMatchObject({ retries: 1, offer: true, field: false })
    expect(seen.text).toContain('The chat is not available right now.')
    expect(seen.text).not.toContain('Connecting')
  })
})
