import { afterAll, beforeAll, expect, test } from '@jest/globals'
import type { Browser } from 'playwright-core'
import { chatOf, launchBrowser, openPage } from './open-page.ts'
import { startDemo, type Demo } from './start-demo.ts'

let browser: Browser
let demo: Demo
beforeAll(async () => {
  browser = await launchBrowser()
  demo = await startDemo({ simulator: { agent: 'silent' } })
})
afterAll(async () => {
  await browser.close()
  await demo.close()
})

/** The last message that Genesys received from the guest in a frame. */
const lastSent = () =>
  demo.simulator.frames.findLast(
    ({ direction, frame }) => direction === 'from-guest' && frame.action === 'onMessage',
  )?.frame.message

test('a guest chooses a time and list items by keyboard, and each reply refers to the right message', async () => {
  const { page, context, mistakes } = await openPage(browser, `${demo.url}/demo/`)
  const chat = chatOf(page)
  await chat.open()
  await chat.say('Hello')
  await chat.log.getByText('Sent').waitFor()

  const time = new Date(Date.now() + 86_400_000).toISOString()
  const availableTimes = [{ dateTime: time, duration: 1800 }]
  const dates = demo.simulator.agentSays({
    content: [{ contentType: 'DatePicker', datePicker: { title: 'When shall we call?', availableTimes } }],
  })
  const group = page.getByRole('group', { name: 'When shall we call?' })
  await group.getByRole('button').first().press('Enter')
  await demo.simulator.seenFrame(
    (seen) => JSON.stringify(seen.frame).includes('DatePicker') && seen.direction === 'from-guest',
  )
  expect(lastSent()).toMatchObject({
    content: [{ buttonResponse: { type: 'DatePicker', payload: time } }],
    metadata: { parentMessageId: dates.channel.messageId ?? dates.id },
  })

  const items = [
    { id: 's', title: 'Small' },
    { id: 'l', title: 'Large' },
  ]
  const sections = [{ title: 'Which sizes?', multipleSelection: true, items }]
  const list = demo.simulator.agentSays({
    content: [{ contentType: 'ListPicker', listPicker: { receivedMessage: {}, replyMessage: {}, sections } }],
  })
  await page.getByRole('checkbox', { name: 'Small' }).press('Space')
  await page.getByRole('checkbox', { name: 'Large' }).press('Space')
  await page.getByRole('button', { name: 'Confirm' }).press('Enter')
  await demo.simulator.seenFrame(
    (seen) => JSON.stringify(seen.frame).includes('ListPicker') && seen.direction === 'from-guest',
  )
  expect(lastSent()).toMatchObject({
    content: [{ buttonResponse: { payload: 's' } }, { buttonResponse: { payload: 'l' } }],
    metadata: { parentMessageId: list.channel.messageId ?? list.id },
  })
  expect(mistakes).toEqual([])
  await context.close()
}, 40_000)
