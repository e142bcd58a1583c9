import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { createGuestChat } from '../../src/browser/client/chat-client.ts'
import { isMessage, type EventReader } from '../event-reader.ts'
import { startTogether, type Page, type Running } from '../start-service.ts'
import { asSite } from './site.ts'

/** How a page receives content other than text (docs/message-content.md), live and in the history, and answers it. */

let running: Running
let page: Page
let stream: EventReader
beforeEach(async () => {
  running = await startTogether()
  page = await running.openPage()
  await page.say('hello')
  stream = await page.events()
})
afterEach(async () => {
  stream.close()
  await running.stop()
})

const HELMET = {
  title: 'Helmet',
  description: 'Red',
  image: 'https://shop.example.com/helmet.png',
  actions: [
    { type: 'Link', text: 'See it', url: 'https://shop.example.com/helmet' },
    { type: 'Postback', text: 'Buy it', payload: 'buy helmet' },
  ],
}
const OUR_HELMET = {
  title: 'Helmet',
  description: 'Red',
  imageUrl: 'https://shop.example.com/helmet.png',
  actions: [
    { type: 'link', text: 'See it', url: 'https://shop.example.com/helmet' },
    { type: 'postback', text: 'Buy it', payload: 'buy helmet' },
  ],
}
const DATE_PICKER = {
  contentType: 'DatePicker',
  datePicker: {
    title: 'When?',
    dateMinimum: '2026-12-01T00:00:00.000Z',
    availableTimes: [{ dateTime: '2026-12-02T10:00:00.000Z', duration: 1800 }],
  },
}
const LIST_PICKER = {
  contentType: 'ListPicker',
  listPicker: {
    id: 'sizes',
    receivedMessage: { title: 'Sizes' },
    replyMessage: { title: 'Thanks' },
    sections: [
      {
        title: 'Sizes',
        multipleSelection: true,
        items: [
          { id: 's', title: 'Small' },
          { id: 'l', title: 'Large' },
        ],
      },
    ],
  },
}

describe('a page receives', () => {
  test.each([
    [
      'quick replies',
      { quickReplies: ['Yes', { text: 'No', payload: 'no thanks' }] },
      [
        { type: 'quick-reply', text: 'Yes', payload: 'Yes' },
        { type: 'quick-reply', text: 'No', payload: 'no thanks' },
      ],
    ],
    ['a card', { card: HELMET }, [{ type: 'card', ...OUR_HELMET }]],
    [
      'a carousel',
      { content: [{ contentType: 'Carousel', carousel: { cards: [HELMET, HELMET] } }] },
      [{ type: 'carousel', cards: [OUR_HELMET, OUR_HELMET] }],
    ],
    [
      'a date picker',
      { content: [DATE_PICKER] },
      [
        {
          type: 'date-picker',
          title: 'When?',
          dateMinimum: '2026-12-01T00:00:00.000Z',
          availableTimes: [{ dateTime: '2026-12-02T10:00:00.000Z', durationSeconds: 1800 }],
        },
      ],
    ],
    [
      'a list picker',
      { content: [LIST_PICKER] },
      [
        {
          type: 'list-picker',
          id: 'sizes',
          prompt: { title: 'Sizes' },
          reply: { title: 'Thanks' },
          sections: LIST_PICKER.listPicker.sections,
        },
      ],
    ],
    [
      'content of an unknown type, marked as unsupported',
      { content: [{ contentType: 'Hologram', hologram: { depth: 3 } }] },
      [{ type: 'unsupported', contentType: 'Hologram' }],
    ],
  ])('%s, live and in the history', async (_what, said, content) => {
    running.genesys.agentSays({ text: 'choose', ...said })
    const { data } = await stream.next(isMessage('choose'))
    expect(data['content']).toEqual(content)
    const { messages } = (await page.ask('GET', '/messages')).body
    expect(messages[messages.length - 1]).toEqual(data)
  })
})

describe('the guest answers', () => {
  const chosen = (type: string, text: string, payload: string) => ({
    contentType: 'ButtonResponse',
    buttonResponse: { type, text, payload },
  })

  /** Sends an answer, and returns the message that Genesys received. */
  async function answer(body: object): Promise<unknown> {
    const framed = running.genesys.nextFrame({ action: 'onMessage' })
    const sent = await page.ask('POST', '/messages', body)
    expect(sent).toMatchObject({ status: 201, body: { type: 'structured', sender: 'guest' } })
    const { metadata, ...message } = (await framed).frame.message as { metadata: Record<string, string> }
    const { tracingId, ...others } = metadata
    expect(tracingId).toEqual(expect.any(String))
    return { ...message, ...(Object.keys(others).length > 0 && { metadata: others }) }
  }

  test('with a quick reply', async () => {
    running.genesys.agentSays({ text: 'choose', quickReplies: ['Yes'] })
    expect(await answer({ quickReply: { text: 'Yes', payload: 'yes' } })).toEqual({
      type: 'Structured',
      text: 'Yes',
      content: [chosen('QuickReply', 'Yes', 'yes')],
    })
  })

  test('with a button on a card', async () => {
    expect(await answer({ button: { text: 'Buy it', payload: 'buy helmet' } })).toEqual({
      type: 'Structured',
      text: 'Buy it',
      content: [chosen('Button', 'Buy it', 'buy helmet')],
    })
  })

  test('with a date, in reply to the message that requested it', async () => {
    const { id } = running.genesys.agentSays({ text: 'when?', content: [DATE_PICKER] })
    const date = { text: '2 December, 10:00', payload: '2026-12-02T10:00:00.000Z', inReplyTo: id }
    expect(await answer({ date })).toEqual({
      type: 'Structured',
      content: [chosen('DatePicker', date.text, date.payload)],
      metadata: { parentMessageId: id },
    })
  })

  test('with items from a list, in reply to the message that offered them', async () => {
    const { id } = running.genesys.agentSays({ text: 'which?', content: [LIST_PICKER] })
    const items = [
      { text: 'Small', payload: 's' },
      { text: 'Large', payload: 'l' },
    ]
    expect(await answer({ list: { items, inReplyTo: id } })).toEqual({
      type: 'Structured',
      content: items.map(({ text, payload }) => ({
        contentType: 'ButtonResponse',
        buttonResponse: { type: 'ListPicker', text, payload, originatingMessageId: id },
      })),
      metadata: { parentMessageId: id },
    })
    const { messages } = (await page.ask('GET', '/messages')).body
    expect(messages[messages.length - 1].content).toEqual(
      items.map((item) => ({ type: 'button-response', ...item, source: 'list-picker' })),
    )
  })

  test('only once, even if the echo of a chosen date is lost', async () => {
    const { id } = running.genesys.agentSays({ text: 'when?', content: [DATE_PICKER] })
    running.genesys.injectFault('onMessage', { drop: true })
    const date = { text: 'then', payload: '2026-12-02T10:00:00.000Z', inReplyTo: id }
    expect(await page.ask('POST', '/messages', { date })).toMatchObject({ status: 201 })
    expect(running.genesys.transcript().filter(({ sender }) => sender === 'guest')).toHaveLength(2)
  })

  test('through the client, which shows the choice immediately and only once', async () => {
    const chat = createGuestChat({ baseUrl: running.url, fetch: asSite })
    await chat.open()
    const { id } = running.genesys.agentSays({ text: 'which?', content: [LIST_PICKER] })
    const sending = chat.send({ list: { items: [{ text: 'Small', payload: 's' }], inReplyTo: id } })
    expect(chat.messages.at(-1)).toMatchObject({ text: 'Small', status: 'pending' })
    await sending
    expect(chat.messages.filter(({ sender }) => sender === 'guest')).toMatchObject([
      { status: 'sent', content: [{ type: 'button-response', text: 'Small', payload: 's' }] },
    ])
    chat.close()
  })
})

test.each([
  ['contains two kinds of content', { text: 'hi', quickReply: { text: 'Yes', payload: 'yes' } }],
  ['has an invalid date', { date: { text: 'soon', payload: 'soon', inReplyTo: 'm1' } }],
  ['chooses nothing from a list', { list: { items: [], inReplyTo: 'm1' } }],
  ['does not name the message that it answers', { date: { text: 'then', payload: '2026-12-02T10:00:00Z' } }],
  ['has no payload', { quickReply: { text: 'Yes' } }],
])('an answer is refused if it %s', async (_what, body) => {
  expect(await page.ask('POST', '/messages', body)).toMatchObject({
    status: 400,
    body: { code: 'invalid_request' },
  })
})

describe('typing', () => {
  const typedFrames = () =>
    running.genesys.frames.filter(
      ({ direction, frame }) => direction === 'from-guest' && JSON.stringify(frame).includes('"Typing"'),
    )

  test('by the guest reaches the agent only once, even if the page reports it many times in a row', async () => {
    const typed = running.genesys.nextFrame({ direction: 'from-guest', event: 'Typing' })
    for (let key = 0; key < 10; key++) expect((await page.ask('POST', '/typing')).status).toBe(204)
    await typed
    await page.say('done')
    expect(typedFrames()).toHaveLength(1)
  })

  test('makes the client send only one request, however fast the guest types', async () => {
    let asked = 0
    const counting: typeof fetch = (url, init) => {
      if (new URL(url instanceof Request ? url.url : url).pathname === '/typing') asked += 1
      return asSite(url, init)
    }
    const chat = createGuestChat({ baseUrl: running.url, fetch: counting })
    await chat.open()
    const typed = running.genesys.nextFrame({ direction: 'from-guest', event: 'Typing' })
    for (let key = 0; key < 100; key++) chat.notifyTyping()
    await typed
    expect(asked).toBe(1)
    chat.close()
  })

  test('by the agent reaches the page, with its duration', async () => {
    running.genesys.agentTypes(undefined, 3000)
    const { data } = await stream.next(({ event }) => event === 'typing')
    expect(data).toEqual({ sender: 'agent', durationMs: 3000 })
  })
})
