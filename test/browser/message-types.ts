import type { BrowserContext, Locator, Page } from 'playwright-core'
import { SHOWCASE } from '../../src/simulator/agent/showcase.ts'
import type { Simulator } from '../../src/simulator/simulator.ts'
import type { chatOf } from './open-page.ts'

type BotMessage = Exclude<Parameters<Simulator['botSays']>[0], string>

/** A guest without a mouse. */
export interface KeyboardGuest {
  readonly page: Page
  readonly context: BrowserContext
  readonly chat: ReturnType<typeof chatOf>
  tabTo(control: Locator): Promise<void>
  /** Moves to the control with the Tab key and presses Enter, or another key, on it. */
  press(control: Locator, key?: string): Promise<void>
  write(text: string): Promise<void>
}

export interface MessageType {
  readonly message: BotMessage
  /** Waits for the message, and answers it as the guest would. */
  answer(guest: KeyboardGuest): Promise<void>
  /** Checks that the answer is shown; called before and after a reload. */
  answered(guest: KeyboardGuest): Promise<void>
}

const ANSWER = 'I have seen it'

/**
 * A message for each `contentType` of `MessageContent` whose shape is known from `swagger.json` in Genesys' Java SDK
 * (`web-messaging-sdk-java` 18.1.0).
 */
export const MESSAGE_TYPES: Readonly<Record<string, MessageType>> = {
  Attachment: {
    message: { text: 'Your offer', file: { name: 'offer.txt', mediaType: 'text/plain', bytes: 'Offer' } },
    async answer({ page, chat, press, write }) {
      await chat.hears('Your offer')
      await page.getByRole('link', { name: /offer\.txt/ }).waitFor()
      const choosing = page.waitForEvent('filechooser')
      await press(page.getByRole('button', { name: 'Attach a file' }))
      const file = { name: 'signed.txt', mimeType: 'text/plain', buffer: Buffer.from('Signed') }
      await (await choosing).setFiles(file)
      await page.locator('genesys-guest-chat .upload .icon-check').waitFor()
      await write('Signed')
    },
    async answered({ page, chat }) {
      await chat.log
        .locator('.own')
        .getByRole('link', { name: /signed\.txt/ })
        .waitFor()
      await page.getByRole('link', { name: /offer\.txt/ }).waitFor()
    },
  },
  QuickReply: {
    message: { text: 'Which one?', quickReplies: ['Hale', 'Moss'] },
    async answer({ page, chat, press }) {
      await chat.hears('Which one?')
      await press(page.getByRole('button', { name: 'Moss' }))
    },
    answered: choiceIsMade('Moss'),
  },
  QuickReplyV2: {
    message: showcase('quick'),
    async answer({ page, chat, press }) {
      await chat.hears('Shall we continue?')
      await press(page.getByRole('button', { name: 'Yes' }))
    },
    answered: choiceIsMade('Yes'),
  },
  Card: {
    message: {
      content: [
        {
          contentType: 'Card',
          card: {
            title: 'Hale',
            description: 'Turned from oak.',
            actions: [
              { type: 'Postback', text: 'Take it', payload: 'hale' },
              { type: 'Link', text: 'Read more', url: 'https://example.com/' },
            ],
          },
        },
      ],
    },
    async answer({ page, context, press }) {
      const card = page.getByRole('group', { name: 'Hale' })
      await opensPage(context, () => press(card.getByRole('link', { name: 'Read more' })))
      await press(card.getByRole('button', { name: 'Take it' }))
    },
    answered: ownBubble('Take it'),
  },
  Carousel: {
    message: showcase('carousel'),
    async answer({ page, chat, press }) {
      await chat.hears('Which one?')
      await press(page.getByRole('button', { name: 'Take the second' }))
    },
    answered: ownBubble('Take the second'),
  },
  DatePicker: {
    message: showcase('date'),
    async answer({ page, press }) {
      const picker = page.getByRole('group', { name: 'When may we call?' })
      await press(picker.getByRole('button').first())
    },
    async answered({ page, chat }) {
      const picker = page.getByRole('group', { name: 'When may we call?' })
      await picker.getByText('Answered').waitFor()
      await ownBubble(/1 December/)({ chat })
      await picker.getByRole('button').waitFor({ state: 'detached' })
    },
  },
  'DatePicker without available times': {
    message: {
      content: [{ contentType: 'DatePicker', datePicker: { title: 'Any day?', availableTimes: [] } }],
    },
    async answer({ page, tabTo, press }) {
      const picker = page.getByRole('group', { name: 'Any day?' })
      await tabTo(picker.locator('input[type=datetime-local]'))
      await page.keyboard.type('12242026')
      await page.keyboard.press('ArrowRight')
      await page.keyboard.type('1030AM')
      await press(picker.getByRole('button', { name: 'Confirm' }))
    },
    async answered({ page, chat }) {
      const picker = page.getByRole('group', { name: 'Any day?' })
      await picker.getByText('Answered').waitFor()
      await ownBubble(/24 December.*10:30/)({ chat })
      await picker.getByRole('button', { name: 'Confirm' }).waitFor({ state: 'hidden' })
    },
  },
  ListPicker: {
    message: showcase('list'),
    async answer({ page, press }) {
      const picker = page.getByRole('group', { name: 'What is it about?' })
      await press(picker.getByRole('checkbox', { name: 'My orders' }), 'Space')
      await press(picker.getByRole('checkbox', { name: 'Returns' }), 'Space')
      // The Tab key moves to a group of radio buttons; the arrow keys choose within it.
      await press(picker.getByRole('radio', { name: 'Today' }), 'ArrowDown')
      await press(picker.getByRole('button', { name: 'Confirm' }))
    },
    async answered({ page, chat }) {
      // The choice is shown once, as the guest's own message.
      await ownBubble('My orders, Returns, Later')({ chat })
      await page.getByRole('group').getByText('Answered').waitFor()
      if ((await page.getByText('My orders, Returns, Later').count()) !== 1)
        throw new Error('It is shown twice')
      await page.getByRole('button', { name: 'Confirm' }).waitFor({ state: 'hidden' })
    },
  },
  Form: {
    message: showcase('form'),
    async answer({ page, tabTo, press }) {
      const form = page.getByRole('group', { name: 'Your details' }).first()
      const button = (name: string) => form.getByRole('button', { name, exact: true })
      await press(button('Begin'))
      await press(button('Next'))
      // A missing required field is reported and gets the focus.
      await page.getByText('Please fill this in.').first().waitFor()
      await page.getByRole('textbox', { name: 'Name' }).and(page.locator(':focus')).waitFor()
      await page.keyboard.type('Jane Doe')
      await page.keyboard.press('Enter')
      await tabTo(form.locator('input[type=date]'))
      await page.keyboard.type('12242026')
      await press(form.getByRole('checkbox', { name: 'Returns' }), 'Space')
      await press(form.getByRole('combobox'), 'ArrowDown')
      await press(button('Next'))
      await page.getByText('Check your answers').waitFor()
      for (const answer of ['Jane Doe', '24/12/2026', 'Returns', 'Morning'])
        await form.getByRole('definition').filter({ hasText: answer }).waitFor()
      await press(button('Send'))
    },
    async answered({ page }) {
      const form = page.getByRole('group', { name: 'Your details' }).first()
      for (const answer of ['Jane Doe', '24/12/2026', 'Returns', 'Morning'])
        await form.getByRole('definition').filter({ hasText: answer }).waitFor()
      await form.getByRole('button').first().waitFor({ state: 'hidden' })
    },
  },
  /** The guest's choice as it appears in the echo and in the history. */
  ButtonResponse: {
    message: { text: 'Your size?', quickReplies: [{ text: 'Large', payload: 'size:l' }] },
    async answer({ page, press }) {
      await press(page.getByRole('button', { name: 'Large' }))
    },
    answered: ownBubble('Large'),
  },
  GenericTemplate: {
    message: showcase('generic'),
    async answer({ page, context, press }) {
      const card = page.getByRole('group', { name: 'A generic template' })
      await opensPage(context, () => press(card.getByRole('link', { name: 'Read more' })))
      await press(card.getByRole('button', { name: 'Hello' }))
    },
    answered: ownBubble('Hello'),
  },
  RichLink: {
    message: showcase('link'),
    async answer({ page, context, press, write }) {
      await page.getByText('All about it is on our page.').waitFor()
      await opensPage(context, () => press(page.getByRole('link', { name: 'Open the page' })))
      await write(ANSWER)
    },
    async answered(guest) {
      await guest.page.getByRole('link', { name: 'Open the page' }).waitFor()
      await ownBubble(ANSWER)(guest)
    },
  },
  Location: {
    message: showcase('place'),
    async answer({ page, context, press, write }) {
      const place = page.getByRole('group', { name: 'Our shop' })
      await place.getByText('1 Example Street').waitFor()
      await opensPage(context, () => press(place.getByRole('link', { name: 'Show on a map' })))
      await write(ANSWER)
    },
    async answered(guest) {
      await guest.page.getByRole('group', { name: 'Our shop' }).waitFor()
      await ownBubble(ANSWER)(guest)
    },
  },
  Text: {
    message: showcase('text'),
    async answer({ chat, write }) {
      await chat.hears('A text of its own.')
      await write(ANSWER)
    },
    async answered(guest) {
      await guest.chat.hears('A text of its own.')
      await ownBubble(ANSWER)(guest)
    },
  },
  'rich text': {
    message: showcase('rich'),
    async answer({ chat, write }) {
      for (const element of ['strong', 'em', 'del', 'mark', 'code', 'ul > li', 'blockquote', 'a'])
        await chat.log.locator(`.other ${element}`).first().waitFor()
      await write(ANSWER)
    },
    async answered(guest) {
      await guest.chat.log.locator('strong', { hasText: 'bold' }).waitFor()
      await ownBubble(ANSWER)(guest)
    },
  },
}

/** Types that the enumeration of `contentType` only names. Genesys' mobile SDK also treats them as unknown. */
export const TYPES_WITHOUT_A_SHAPE = [
  'InteractiveApplication',
  'ListTemplate',
  'Mention',
  'Notification',
  'PaymentRequest',
  'PaymentResponse',
  'Postback',
  'Push',
  'Reactions',
  'RoadsideAssistance',
  'Story',
] as const

/** The response of the simulator's bot to a message that contains this word. */
export function showcase(word: string): BotMessage {
  const send = SHOWCASE.find(({ when }) => when.includes(word))?.do[0]?.send
  if (send === undefined) throw new Error(`The showcase has no ${word}`)
  return send
}

function ownBubble(text: string | RegExp) {
  return async ({ chat }: Pick<KeyboardGuest, 'chat'>) => {
    await chat.log.locator('.own .bubble', { hasText: text }).last().waitFor()
  }
}

/** Checks that the choice is shown as the guest's own message, and that no second choice is possible. */
function choiceIsMade(text: string) {
  return async (guest: KeyboardGuest) => {
    await ownBubble(text)(guest)
    await guest.page.getByRole('group', { name: 'Suggested replies' }).waitFor({ state: 'hidden' })
  }
}

async function opensPage(context: BrowserContext, act: () => Promise<unknown>): Promise<void> {
  const opening = context.waitForEvent('page')
  await act()
  await (await opening).close()
}
