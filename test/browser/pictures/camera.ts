import { chromium, type Page } from 'playwright-core'
import { NOW, PICTURE_URLS, STATES, type State } from './states.ts'
import type { ScriptedService } from './scripted-service.ts'
import { WORDS } from './words.ts'

export interface Look {
  readonly device: 'phone' | 'desktop'
  readonly scheme: 'light' | 'dark'
  readonly language: 'en' | 'de' | 'ar'
}

/** These six cover each device with each color scheme and each language, and each scheme with each language. */
const LOOKS: readonly Look[] = [
  { device: 'phone', scheme: 'light', language: 'en' },
  { device: 'desktop', scheme: 'dark', language: 'en' },
  { device: 'desktop', scheme: 'light', language: 'de' },
  { device: 'phone', scheme: 'dark', language: 'de' },
  { device: 'desktop', scheme: 'dark', language: 'ar' },
  { device: 'phone', scheme: 'light', language: 'ar' },
]

export interface Picture {
  /** The name of the picture's file, without `.png`. */
  readonly name: string
  readonly state: string
  readonly look: Look
}

/** Three looks of each state, which cover each language, device and color scheme. Some states have all six looks. */
export const PICTURES: readonly Picture[] = Object.entries(STATES).flatMap(([state, { isThorough }], i) =>
  LOOKS.filter((_look, j) => isThorough || j % 2 === i % 2).map((look) => ({
    name: [state, look.device, look.scheme, look.language].join(' ').replace(/\W+/g, '-').toLowerCase(),
    state,
    look,
  })),
)

const WINDOWS = { phone: { width: 375, height: 667 }, desktop: { width: 900, height: 740 } }
/** The corner of the desktop's window that contains the chat. */
const CORNER = { x: 452, y: 0, width: 448, height: 740 }
const LAUNCHER_CORNER_PX = 120

/** A table lamp and a floor lamp, at the addresses of `PICTURE_URLS`. */
const LAMPS = [
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 320 180"><rect width="320" height="180" fill="#d9c7ae"/>
    <rect y="140" width="320" height="40" fill="#8a6444"/><ellipse cx="160" cy="140" rx="30" ry="6" fill="#4a2f1b"/>
    <path d="M154 96h12v44h-12z" fill="#5a3a22"/><path d="M128 36h64l28 62H100z" fill="#fbf3e2"/></svg>`,
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 320 180"><rect width="320" height="180" fill="#c9d1c4"/>
    <rect y="156" width="320" height="24" fill="#7d6a55"/><ellipse cx="160" cy="158" rx="32" ry="6" fill="#3d3f3a"/>
    <path d="M157 60h6v98h-6z" fill="#3d3f3a"/><path d="M124 66a36 36 0 0 1 72 0z" fill="#6f7f6a"/></svg>`,
]

/** Chromium with settings that make it draw the same on every machine: no subpixels, no hinting, one color space. */
export function launchForPictures() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--font-render-hinting=none', '--disable-lcd-text', '--force-color-profile=srgb'],
  })
}

export interface Camera {
  /** Opens the page for the picture's state, and acts as the guest. */
  pose(picture: Picture): Promise<void>
  take(): Promise<Buffer>
}

/** All pictures share one page, which is much faster than a page for each. */
export async function createCamera(page: Page, service: ScriptedService): Promise<Camera> {
  for (const [i, url] of PICTURE_URLS.entries())
    await page
      .context()
      .route(url, (route) => route.fulfill({ contentType: 'image/svg+xml', body: LAMPS[i]! }))
  let clip = CORNER
  return {
    async pose({ state: name, look: { device, scheme, language } }) {
      const state = STATES[name]!
      const window = state.window ?? WINDOWS[device]
      clip = clipOf(state, device, window)
      await page.clock.setFixedTime(NOW)
      await page.setViewportSize(window)
      await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' })
      await page.goto(service.pageUrl(name, language))
      await page
        .locator('genesys-guest-chat')
        .locator(state.isClosed ? '.launcher' : '.panel')
        .waitFor()
      // The messages are read as soon as there is a connection, even in states in which it is lost later.
      if (state.messages && !state.isClosed)
        await page.locator('genesys-guest-chat .message').last().waitFor()
      await state.act?.(page, WORDS[language]!, service)
      await page
        .locator(`genesys-guest-chat ${state.shows ?? '.message'}`)
        .filter({ visible: true })
        .first()
        .waitFor()
      await page.evaluate(async () => {
        await document.fonts.ready
        const images = document.querySelector('genesys-guest-chat')!.shadowRoot!.querySelectorAll('img')
        await Promise.all([...images].map((image) => image.decode()))
      })
    },
    take: () => page.screenshot({ clip, animations: 'disabled', caret: 'hide' }),
  }
}

function clipOf(state: State, device: Look['device'], window: { width: number; height: number }) {
  const corner = state.window || device === 'phone' ? { x: 0, y: 0, ...window } : CORNER
  const { isClosed, closedHeightPx: height = LAUNCHER_CORNER_PX } = state
  return isClosed ? { ...corner, y: corner.height - height, height } : corner
}
