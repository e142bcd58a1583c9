import { expect, test } from '@jest/globals'
import { ORIGIN, soon, startDriver } from './start-driver.ts'
import type { GuestEvent, Message } from '../../../../src/service/genesys/guest-api.ts'

type MessageEvent = Extract<GuestEvent, { type: 'message' }>

/** A driver and the demo's agent, who answers each keyword with a different type of message. */
async function talking() {
  const driver = await startDriver({ agent: 'scripted', limits: false })
  const guest = await driver.guest()
  const events: GuestEvent[] = []
  let look = () => {}
  driver.api.subscribe(guest, (event) => {
    events.push(event)
    look()
  })
  let read = 0
  const next = (fits: (event: GuestEvent) => boolean) =>
    new Promise<GuestEvent>((resolve) => {
      look = () => {
        const found = events.findIndex((event, index) => index >= read && fits(event))
        if (found < 0) return
        read = found + 1
        look = () => {}
        resolve(events[found]!)
      }
      look()
    })
  let count = 0
  const send = (message: object) => driver.api.send(guest, { ...message, tracingId: `t${count++}` }, soon())
  const answered = async (type: string) => {
    const event = await next(({ type: kind, ...rest }) => {
      const { message } = rest as Partial<MessageEvent>
      return kind === 'message' && message?.content?.some((part) => part.type === type) === true
    })
    return (event as MessageEvent).message
  }
  const history = async () =>
    (await driver.api.history(guest, { pageSize: 100, pageNumber: 1 }, soon())).messages
  return { ...driver, guest, next, send, answered, history }
}

const inHistory = (messages: readonly Message[], { id }: Message) => messages.find((one) => one.id === id)

test.each([
  ['carousel', 'carousel'],
  ['card', 'card'],
  ['generic', 'card'],
  ['quick', 'quick-reply'],
  ['reply', 'quick-reply'],
  ['file', 'attachment'],
  ['link', 'rich-link'],
  ['place', 'location'],
  ['text', 'text'],
  ['list', 'list-picker'],
  ['date', 'date-picker'],
  ['form', 'form'],
])(
  'the scripted agent answers "%s" with content of the type %s, live and in the history',
  async (word, type) => {
    const { send, answered, history } = await talking()
    await send({ text: word })
    const live = await answered(type)
    const kept = inHistory(await history(), live)
    expect(kept?.content?.map((part) => part.type)).toEqual(live.content?.map((part) => part.type))
    expect(kept?.text).toBe(live.text)
  },
)

test('the answer to a form is accepted, and stored with the id of the message that it answers', async () => {
  const { send, answered, history, genesys } = await talking()
  await send({ text: 'form' })
  const asked = await answered('form')
  const answers = [
    { id: 'name', text: 'Jane', payload: 'Jane' },
    { id: 'day', text: '02/12/2026', payload: '2026-12-02T00:00:00.000Z' },
  ]
  const [form] = asked.content ?? []
  if (form?.type !== 'form') throw new Error('no form')
  const { cannedResponseId } = form
  const accepted = await send({ form: { cannedResponseId, answers, inReplyTo: asked.id } })
  expect(accepted).toMatchObject({
    text: 'Thank you, I have your details.',
    inReplyTo: asked.id,
    content: [{ type: 'form-response', cannedResponseId, answers }],
  })
  expect(inHistory(await history(), accepted)).toMatchObject({
    inReplyTo: asked.id,
    content: accepted.content,
  })
  expect(genesys.transcript().some(({ content }) => content?.[0]?.contentType === 'Form')).toBe(true)
})

test('an answer to a list picker contains the picker’s reply text, even if the page omits it', async () => {
  const { send, answered, next } = await talking()
  await send({ text: 'list' })
  const asked = await answered('list-picker')
  expect(asked.text).toBe('What is it about?\nChoose as many as you like.')
  const items = [{ text: 'Returns', payload: 'returns' }]
  expect(await send({ list: { items, inReplyTo: asked.id } })).toMatchObject({
    text: 'Thank you for choosing.',
    inReplyTo: asked.id,
  })
  await next(({ type }) => type === 'message')
})

test('offers and a request to sign in reach the page as events', async () => {
  const { send, next } = await talking()
  await send({ text: 'browse' })
  expect(await next(({ type }) => type === 'offer')).toMatchObject({ kind: 'co-browse', status: 'offered' })
  await send({ text: 'video' })
  expect(await next(({ type }) => type === 'offer')).toMatchObject({
    kind: 'video',
    jwt: 'simulated.video.jwt',
  })
  await send({ text: 'sign' })
  expect(await next(({ type }) => type === 'sign-in')).toMatchObject({ status: 'requested' })
})

test.each([true, false])(
  'with markdown %s in the deployment, messages are marked accordingly, live and in the history',
  async (markdown) => {
    const { api, guest, genesys } = await startDriver({ markdown })
    const jane = await guest()
    const heard = new Promise<Message>((resolve) => {
      api.subscribe(jane, (event) => event.type === 'message' && resolve(event.message))
    })
    await api.history(jane, { pageSize: 25, pageNumber: 1 }, soon())
    genesys.agentSays('*bold*')
    const format = markdown ? 'markdown' : undefined
    expect((await heard).format).toBe(format)
    const { messages } = await api.history(jane, { pageSize: 25, pageNumber: 1 }, soon())
    expect(messages[0]).toMatchObject({ text: '*bold*' })
    expect(messages[0]?.format).toBe(format)
  },
)

test('the chat’s appearance is read from the deployment’s public configuration', async () => {
  const { api } = await startDriver({
    look: {
      position: { alignment: 'Left', sideSpace: 0, bottomSpace: 30 },
      customI18nLabels: [
        {
          language: 'en-us',
          localizedLabels: [
            { key: 'MessengerHomeHeaderTitle', value: 'Ask us' },
            { key: 'MessengerLauncherButtonText', value: 'Chat' },
            { key: 'PushNotificationTitle', value: 'not for pages' },
          ],
        },
      ],
    },
  })
  expect(await api.deployment(soon())).toMatchObject({
    styles: { primaryColor: '#2a60c8' },
    launcher: { visibility: 'on', display: 'icon' },
    position: { alignment: 'left', sideSpacePx: 0, bottomSpacePx: 30 },
    homeScreen: { enabled: false },
    labels: { 'en-us': { headerTitle: 'Ask us', launcherText: 'Chat' } },
    bot: { name: 'Robot Friend' },
  })
})

test('a journey context is sent when the session is configured and when the guest signs in', async () => {
  const { api, genesys } = await startDriver()
  const journeyContext = {
    customer: { id: 'c1', idType: 'cookie' },
    customerSession: { id: 's1', type: 'web' },
  }
  const { ref } = await api.open({ origin: ORIGIN, attributes: {}, journeyContext }, soon())
  expect(genesys.sessions[0]).toMatchObject({ journeyContext })
  const grant = { code: genesys.authorizationCode('ada'), redirectUri: 'https://shop.example/callback' }
  await api.signIn({ ref, origin: ORIGIN }, grant, soon())
  const exchange = await genesys.seenRequest('POST */oauthcodegrantjwtexchange')
  expect(exchange.body).toMatchObject({ journeyContext })
})

test('in a session’s last minutes, session events contain the expiry until a message extends the session', async () => {
  let offsetMs = 0
  const now = () => Date.now() + offsetMs
  const monotonicNow = () => performance.timeOrigin + performance.now() + offsetMs
  const { api, guest } = await startDriver({ now, sessionDurationSeconds: 7200 }, { now, monotonicNow })
  const jane = await guest()
  const seen: GuestEvent[] = []
  let look = () => {}
  api.subscribe(jane, (event) => {
    if (event.type === 'session') seen.push(event)
    look()
  })
  const until = (fits: () => boolean) =>
    new Promise<void>((resolve) => {
      look = () => fits() && resolve()
      look()
    })
  await until(() => seen.length > 0)
  expect(seen.every((event) => event.type === 'session' && event.expiresAt === undefined)).toBe(true)
  offsetMs += 7_000_000
  await until(() => seen.some((event) => event.type === 'session' && event.expiresAt !== undefined))
  await api.send(jane, { text: 'still here', tracingId: 't' }, Date.now() + offsetMs + 5_000)
  await until(() => {
    const last = seen.at(-1)
    return last?.type === 'session' && last.state === 'connected' && last.expiresAt === undefined
  })
}, 20_000)

test('a short session announces its expiry from the start and after a greeting, until the guest writes', async () => {
  let offsetMs = 0
  const now = () => Date.now() + offsetMs
  const monotonicNow = () => performance.timeOrigin + performance.now() + offsetMs
  const { api, genesys, guest } = await startDriver(
    { now, sessionDurationSeconds: 900 },
    { now, monotonicNow },
  )
  const jane = await guest()
  const seen: GuestEvent[] = []
  let look = () => {}
  api.subscribe(jane, (event) => {
    seen.push(event)
    look()
  })
  const until = (fits: (last: GuestEvent | undefined) => boolean) =>
    new Promise<void>((resolve) => {
      look = () => fits(seen.at(-1)) && resolve()
      look()
    })
  await until((last) => last?.type === 'session' && last.expiresAt !== undefined)
  const first = seen[0]
  const expiresAtMs = first?.type === 'session' ? Date.parse(first.expiresAt ?? '') : NaN
  expect(Math.abs(expiresAtMs - now() - 900_000)).toBeLessThan(5_000)
  offsetMs += 60_000
  genesys.agentSays('Welcome')
  await until((last) => last?.type === 'session' && Date.parse(last.expiresAt ?? '') > expiresAtMs)
  await api.send(jane, { text: 'hello', tracingId: 't' }, Date.now() + offsetMs + 5_000)
  await until(
    (last) => last?.type === 'session' && last.state === 'connected' && last.expiresAt === undefined,
  )
}, 20_000)
