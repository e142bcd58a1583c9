import type { Page } from 'playwright-core'
import type {
  Content,
  Deployment,
  Message,
  SessionDescription,
} from '../../../src/browser/client/chat-client.ts'
import type {} from '../../../src/browser/element/guest-chat-element.ts'
import type { ScriptedService } from './scripted-service.ts'
import { WORDS, type Words } from './words.ts'

/** The time at which the pictures are taken; their time zone is `Europe/Berlin`. */
export const NOW = '2026-03-12T10:15:00.000Z'
/** The test itself provides the pictures at these addresses. */
export const PICTURE_URLS = [
  'https://example.com/table-lamp.svg',
  'https://example.com/floor-lamp.svg',
] as const
const MINUTE_MS = 60_000

/** How the scripted service responds, and what the guest does before the picture is taken. */
export interface State {
  readonly messages?: (words: Words) => readonly Message[]
  /** Events that are sent as soon as the page listens. */
  readonly events?: (words: Words) => readonly (readonly [event: string, data: object])[]
  /** The live events end, and the service can't be reached from then on. */
  readonly isCut?: true
  readonly session?: Partial<SessionDescription>
  /** The code of the problem with which the service refuses a new session. */
  readonly refusal?: string
  /** The outcome of each of the guest's messages, in order: a problem's code, or undefined for no response. Default: sent. */
  readonly sending?: readonly (string | undefined)[]
  readonly deployment?: Partial<Deployment>
  readonly availability?: object
  readonly articles?: 'none' | 'failing'
  /** Whether the service masks what the guest sends. */
  readonly redacts?: true
  readonly hasEarlier?: true
  readonly attributes?: string
  readonly children?: (words: Words) => string
  readonly isClosed?: true
  /** The height of the picture of a closed chat, from the bottom of the window. Default: enough for the button. */
  readonly closedHeightPx?: number
  /** The selector of a part of the chat that must be shown. */
  readonly shows?: string
  readonly act?: (page: Page, words: Words, service: ScriptedService) => Promise<unknown>
  /** A window that replaces those of the phone and the desktop, such as the small window of a desktop at 400% zoom. */
  readonly window?: { readonly width: number; readonly height: number }
  /** Whether the state is shown in all six looks, which cover each pair of device, color scheme and language. */
  readonly isThorough?: true
}

/** Add a new state at the end: neighboring states have different looks, so a state in between would change the looks of all later ones. */
export const STATES: Readonly<Record<string, State>> = {
  launcher: { isClosed: true, shows: '.launcher' },
  'launcher with unread messages': {
    isClosed: true,
    messages: (words) => conversation(words).slice(0, 2),
    events: (words) => [
      ['message', from('agent', words.answer, -1)],
      ['message', from('agent', words.second, 0)],
    ],
    // Two live messages, and one from the history, which is read last.
    shows: '.launcher .unread:text-is("3")',
    act: (page) => page.evaluate(() => void document.querySelector('genesys-guest-chat')!.chat!.open()),
  },
  empty: { shows: '.welcome', act: connected },
  conversation: { isThorough: true, messages: conversation },
  'agent is typing': {
    messages: (words) => conversation(words).slice(0, 4),
    events: () => [['typing', { sender: 'agent', durationMs: 600_000 }]],
    shows: '.dots',
  },
  'rich text': {
    messages: (words) => [{ ...from('agent', words.richText, -2), format: 'markdown' }],
    shows: '.bubble blockquote',
  },
  'quick replies': {
    messages: (words) => [
      ...conversation(words).slice(0, 1),
      part(
        'bot',
        words.choices.map((text) => ({ type: 'quick-reply', text, payload: text })),
        words.which,
      ),
    ],
    shows: '.quick-reply',
  },
  card: {
    messages: (words) => {
      const { actions, ...card } = lamp(words, 0)
      const link = { type: 'link', text: words.more, url: 'https://example.com/' } as const
      return [part('bot', [{ type: 'card', ...card, actions: [...actions, link] }])]
    },
    shows: '.card',
  },
  carousel: {
    isThorough: true,
    messages: (words) => [
      part('bot', [{ type: 'carousel', cards: [lamp(words, 0), lamp(words, 1)] }], words.whichLamp),
    ],
    shows: '.carousel .card',
  },
  'date picker': {
    messages: (words) => [
      part('bot', [
        {
          type: 'date-picker',
          title: words.when,
          subtitle: words.whenHint,
          availableTimes: [
            { dateTime: '2026-03-16T08:00:00.000Z', durationSeconds: 1800 },
            { dateTime: '2026-03-16T12:30:00.000Z', durationSeconds: 1800 },
            { dateTime: '2026-03-16T14:00:00.000Z', durationSeconds: 1800 },
            { dateTime: '2026-03-17T08:00:00.000Z', durationSeconds: 1800 },
          ],
        },
      ]),
    ],
    shows: '.slot',
  },
  'list picker': { messages: (words) => [part('bot', [topics(words)])], shows: '.list-item' },
  'answered list picker': {
    messages: (words) => [
      { ...part('bot', [topics(words)]), time: at(-3) },
      {
        ...from('guest', `${words.topics[1]!}, ${words.topics[4]!}`, -1),
        inReplyTo: 'part',
        content: [
          {
            type: 'button-response',
            text: `${words.topics[1]!}, ${words.topics[4]!}`,
            payload: 'orders',
            source: 'list-picker',
          },
        ],
      },
    ],
    shows: '.answered',
  },
  'form before it is started': { messages: (words) => [part('bot', [form(words)])], shows: '.picker' },
  'form with an error': {
    messages: (words) => [part('bot', [form(words)])],
    shows: '.reason',
    async act(page) {
      const picker = page.locator('genesys-guest-chat .picker')
      await picker.locator('.primary').click()
      await picker.locator('.form-field').first().waitFor()
      await picker.locator('.primary').click()
      await page.mouse.move(0, 0)
    },
  },
  files: {
    messages: (words) => [
      from('agent', words.offer, -2),
      part('agent', [
        {
          type: 'attachment',
          id: 'offer',
          mediaType: 'File',
          fileName: words.fileName,
          fileSizeBytes: 482_000,
          mimeType: 'application/pdf',
          url: 'https://example.com/offer.pdf',
        },
        {
          type: 'attachment',
          id: 'lamp',
          mediaType: 'Image',
          fileName: 'hale.svg',
          mimeType: 'image/svg+xml',
          url: PICTURE_URLS[0],
        },
      ]),
    ],
    shows: '.picture img',
  },
  'link, place and unknown content': {
    messages: (words) => [
      part('bot', [
        {
          type: 'rich-link',
          header: { type: 'text', value: words.lamps[0]![0] },
          text: words.readMore,
          url: 'https://example.com/',
          urlLabel: words.more,
          footer: 'example.com',
        },
      ]),
      {
        ...part('bot', [
          { type: 'location', text: words.shop, address: words.address, latitude: 53.27, longitude: -9.05 },
        ]),
        id: 'place',
      },
      { ...part('bot', [{ type: 'unsupported', contentType: 'Story' }]), id: 'story' },
    ],
    shows: '.place',
  },
  'not sent, and being sent': {
    messages: (words) => conversation(words).slice(0, 4),
    sending: ['upstream_unavailable', undefined],
    shows:
      '[data-status="pending"] + [data-status="failed"], [data-status="failed"] + [data-status="pending"]',
    async act(page, words) {
      await say(page, words.thanks)
      await page.locator('genesys-guest-chat .failure p').waitFor()
      await say(page, words.afterFailure)
    },
  },
  'file to be sent': {
    messages: (words) => conversation(words).slice(0, 2),
    shows: '.upload',
    async act(page, words) {
      const buffer = Buffer.alloc(482_000)
      await page
        .locator('genesys-guest-chat input[type=file]')
        .setInputFiles({ name: words.fileName, mimeType: 'application/pdf', buffer })
      await page.locator('genesys-guest-chat .upload .icon-check').waitFor()
    },
  },
  'too long': {
    messages: (words) => conversation(words).slice(0, 2),
    shows: '.characters-left.over',
    act: (page, words) => page.locator('genesys-guest-chat .field').fill(`${words.question} `.repeat(120)),
  },
  'sign-in is asked for': {
    attributes: 'prompts="sign-in co-browse"',
    messages: (words) => conversation(words).slice(0, 2),
    events: () => [['sign-in', { status: 'requested' }]],
    shows: '.prompt-actions',
  },
  offline: {
    messages: conversation,
    shows: '.notice:not(.empty)',
    async act(page) {
      await page.locator('genesys-guest-chat .dot[data-state="online"]').waitFor()
      await page.evaluate(() => {
        Object.defineProperty(navigator, 'onLine', { configurable: true, get: () => false })
        window.dispatchEvent(new Event('offline'))
      })
    },
  },
  reconnecting: {
    messages: conversation,
    isCut: true,
    shows: '.dot[data-state="connecting"]',
  },
  'unreachable for a while': {
    messages: conversation,
    isCut: true,
    shows: '.notice.trouble .link',
    async act(page) {
      await page.locator('genesys-guest-chat .dot[data-state="connecting"]').waitFor()
      await page.clock.setFixedTime(new Date(Date.parse(NOW) + 11_000))
      // This event makes the notice check the clock.
      await page.evaluate(() => window.dispatchEvent(new Event('online')))
    },
  },
  refused: { refusal: 'deployment_not_usable', shows: '.over-bar .action' },
  'refused, with an alternative': {
    refusal: 'deployment_not_usable',
    children: ({ telephone }) => telephoneLink('unavailable', telephone),
    shows: '.over-bar .action',
  },
  'closes soon': {
    messages: conversation,
    events: () => [['session', { state: 'connected', expiresAt: at(4) }]],
    shows: '.notice:not(.empty)',
  },
  'agent has left': {
    messages: conversation,
    events: () => [['session', { state: 'disconnected' }]],
    shows: '.notice:not(.empty)',
  },
  ended: {
    messages: conversation,
    act: async (_page, _words, service) => service.send('session', { state: 'expired' }),
    shows: '.over-bar .action',
  },
  'read-only': { messages: conversation, session: { state: 'read-only' }, shows: '.over-bar .action' },
  'end the chat?': {
    messages: conversation,
    shows: '.sheet',
    async act(page) {
      await page.locator('genesys-guest-chat .end').click()
      await page.locator('genesys-guest-chat .sheet').waitFor()
      await blur(page)
    },
  },
  '200 messages, and new ones below': {
    messages: (words) =>
      Array.from({ length: 200 }, (_, i) =>
        from(i % 5 < 2 ? 'guest' : 'agent', words.chatter[i % words.chatter.length]!, (i - 200) * 3),
      ),
    hasEarlier: true,
    shows: '.to-newest .unread',
    async act(page, words, service) {
      // The log scrolls to its end shortly after it has grown. Until then, scrolling up has no effect.
      await page.waitForFunction(() => {
        const root = document.querySelector('genesys-guest-chat')!.shadowRoot!
        const scroller = root.querySelector('.scroller')!
        const lowest = [...root.querySelectorAll<HTMLElement>('.other.ends-group')].at(-6)!
        scroller.scrollTop = lowest.offsetTop + lowest.offsetHeight - scroller.clientHeight
        return !root.querySelector<HTMLElement>('.to-newest')!.hidden
      })
      service.send('message', from('agent', words.second, 0))
    },
  },
  'long words': {
    isThorough: true,
    messages: ({ longWord, longUrl, which }) => [
      { ...from('guest', longWord, -4), id: 'word' },
      { ...from('agent', longUrl, -3), from: { name: longWord } },
      {
        ...part('agent', [{ type: 'quick-reply', text: longWord, payload: 'x' }], which),
        from: { name: longWord },
      },
    ],
    shows: '.quick-reply',
  },
  '400% zoom': { messages: conversation, window: { width: 320, height: 256 } },
  "a deployment's colors and words": {
    deployment: {
      styles: { primaryColor: '#f5c400' },
      labels: {
        'en-us': { headerTitle: 'Lamps & more', headerSubtitle: 'Mon–Fri, 9 am–5 pm' },
        'de-de': { headerTitle: 'Lampen & mehr', headerSubtitle: 'Mo–Fr, 9 bis 17 Uhr' },
        ar: { headerTitle: 'المصابيح وأكثر', headerSubtitle: 'من الاثنين إلى الجمعة' },
      },
    },
    messages: (words) => [
      from('guest', words.question, -3),
      from('bot', words.answer, -2),
      from('bot', words.second, -2),
      from('guest', words.thanks, -1),
    ],
    shows: '.own .bubble',
    act: (page, words) => page.locator('genesys-guest-chat .field').fill(words.hello),
  },
  'contact center is closed': {
    attributes: 'when-closed="notice"',
    availability: { state: 'closed', opensAt: '2026-03-13T08:00:00.000Z' },
    children: ({ telephone }) => telephoneLink('closed', telephone),
    shows: '.closed',
  },
  'articles found': {
    deployment: { knowledge: true },
    shows: '.article-link',
    act: searchArticlesOnline,
  },
  'an article before the chat opens': {
    deployment: { knowledge: true },
    attributes: 'knowledge="first"',
    shows: '.helpful',
    async act(page, words) {
      await searchArticles(page, words)
      await page.locator('genesys-guest-chat .article-link').first().click()
      await page.locator('genesys-guest-chat .helpful').waitFor()
    },
  },
  'articles before the chat opens': {
    deployment: { knowledge: true },
    attributes: 'knowledge="first"',
    shows: '.knowledge',
    act: (page) => page.locator('genesys-guest-chat input[type=search]').blur(),
  },
  'no article found': {
    deployment: { knowledge: true },
    articles: 'none',
    shows: '.knowledge > [role=status]',
    act: searchArticlesOnline,
  },
  'articles cannot be searched': {
    deployment: { knowledge: true },
    articles: 'failing',
    shows: '.knowledge > [role=status]',
    act: searchArticlesOnline,
  },
  'waiting for an agent': {
    messages: (words) => [from('guest', words.question, -1)],
    events: () => [['waiting', { fromMinutes: 2, toMinutes: 4 }]],
    shows: '.waiting:not(.empty)',
  },
  'pre-chat form': {
    deployment: { preChat: preChatForm() },
    shows: '.form-field',
    act: blur,
  },
  'request for a callback': {
    attributes: 'when-closed="notice"',
    availability: { state: 'closed', opensAt: '2026-03-13T08:00:00.000Z' },
    deployment: { callbacks: 'on' },
    shows: '.callback .form-field',
    async act(page) {
      await page.locator('genesys-guest-chat .closed .primary').click()
      await page.locator('genesys-guest-chat .callback .form-field').first().waitFor()
      await blur(page)
    },
  },
  survey: {
    messages: conversation,
    session: { capabilities: ['messages', 'live-events', 'history', 'survey'] },
    shows: '.survey-scores',
    act: async (_page, _words, service) => service.send('session', { state: 'expired' }),
  },
  'private details are hidden': {
    messages: (words) => conversation(words).slice(0, 2),
    redacts: true,
    shows: '.redacted',
    act: (page) => say(page, '**** **** **** ****'),
  },
  invitation: {
    isClosed: true,
    closedHeightPx: 280,
    attributes: 'journey="memory"',
    deployment: { journey: true },
    shows: '.invitation-answers',
  },
}

/** The number as a link, and the words before it as text. */
function telephoneLink(slot: string, telephone: string): string {
  const at = telephone.search(/\S*\+/)
  return `<p slot="${slot}" style="margin: 0">${telephone.slice(0, at)}<a href="tel:+353915550142" style="color: inherit">${telephone.slice(at)}</a></p>`
}

function byLanguage(text: (words: Words) => string): Record<string, string> {
  return Object.fromEntries(Object.entries(WORDS).map(([language, words]) => [language, text(words)]))
}

function preChatForm(): NonNullable<Deployment['preChat']> {
  return {
    title: byLanguage(({ details }) => details),
    subtitle: byLanguage(({ detailsHint }) => detailsHint),
    fields: [
      { key: 'name', label: byLanguage(({ name }) => name), required: true },
      {
        key: 'custom.topic',
        label: byLanguage(({ about }) => about),
        choices: [1, 2].map((i) => ({ value: String(i), label: byLanguage(({ topics }) => topics[i]!) })),
      },
      { key: 'custom.note', label: byLanguage(({ note }) => note), multiline: true },
    ],
  }
}

/** Removes the focus, and with it the focus ring. */
async function blur(page: Page): Promise<void> {
  await page.locator('genesys-guest-chat').evaluate((chat) => {
    const { activeElement } = chat.shadowRoot!
    if (activeElement instanceof HTMLElement) activeElement.blur()
  })
}

/** Waits until the header no longer shows “Connecting …”. Messages appear only after that, so that states with messages need no wait. */
async function connected(page: Page): Promise<void> {
  await page.locator('genesys-guest-chat .dot[data-state="online"]').waitFor()
}

async function searchArticlesOnline(page: Page, words: Words): Promise<void> {
  await connected(page)
  await searchArticles(page, words)
}

async function searchArticles(page: Page, { search }: Words): Promise<void> {
  const field = page.locator('genesys-guest-chat input[type=search]')
  await field.fill(search)
  await field.press('Enter')
  await page
    .locator('genesys-guest-chat .knowledge > [role=status]')
    .filter({ hasNotText: '…' }) // “Searching …”
    .waitFor()
  await field.blur()
}

function at(minutes: number): string {
  return new Date(Date.parse(NOW) + minutes * MINUTE_MS).toISOString()
}

function from(sender: Message['sender'], text: string, minutes: number, name = 'Ada'): Message {
  return {
    id: `${minutes} ${text}`,
    time: at(minutes),
    direction: sender === 'guest' ? 'inbound' : 'outbound',
    type: 'text',
    sender,
    text,
    ...(sender === 'agent' && { from: { name } }),
  }
}

function part(sender: 'agent' | 'bot', content: readonly Content[], text?: string): Message {
  return { ...from(sender, text ?? '', -1), id: 'part', type: 'structured', content }
}

function conversation(words: Words): Message[] {
  return [
    from('guest', words.hello, -24 * 60),
    { ...from('bot', words.welcomeBack, -24 * 60 + 1), from: { name: words.botName } },
    from('guest', words.question, -9),
    from('agent', words.answer, -6),
    from('agent', words.second, -6),
    from('guest', words.thanks, -2),
  ]
}

function lamp({ lamps, take }: Words, which: number) {
  const [title, description] = lamps[which]!
  return {
    title,
    description,
    imageUrl: PICTURE_URLS[which]!,
    actions: [{ type: 'postback', text: take, payload: title }],
  } as const
}

function topics({
  about,
  aboutHint,
  whichTime,
  topics: [section, orders, returns, today, later],
}: Words): Content {
  return {
    type: 'list-picker',
    prompt: { title: about, subtitle: aboutHint },
    sections: [
      {
        title: section!,
        multipleSelection: true,
        items: [
          { id: 'orders', title: orders! },
          { id: 'returns', title: returns! },
        ],
      },
      {
        title: whichTime,
        multipleSelection: false,
        items: [
          { id: 'today', title: today! },
          { id: 'later', title: later! },
        ],
      },
    ],
  }
}

function form(words: Words): Content {
  return {
    type: 'form',
    cannedResponseId: 'visit',
    introduction: { title: words.details, subtitle: words.detailsHint, buttonText: words.begin },
    pages: [
      {
        title: words.details,
        subtitle: words.who,
        fields: [
          {
            type: 'input',
            id: 'name',
            title: words.name,
            required: true,
            multiline: false,
            maxChars: 256,
            inputMode: 'text',
          },
          {
            type: 'input',
            id: 'note',
            title: words.note,
            required: false,
            multiline: true,
            maxChars: 256,
            inputMode: 'text',
          },
        ],
      },
      { title: words.day, fields: [{ type: 'date', id: 'day', title: words.day, availableTimes: [] }] },
    ],
    showSummary: true,
  }
}

async function say(page: Page, text: string): Promise<void> {
  const field = page.locator('genesys-guest-chat .field')
  await field.fill(text)
  await field.press('Enter')
}
