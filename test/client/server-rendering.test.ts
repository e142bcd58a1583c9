import { expect, test } from '@jest/globals'
import { createGuestChat, GuestChatElement } from '../../src/browser/element/guest-chat-element.ts'

test('the element can be imported without an HTMLElement, together with a working client', () => {
  expect('HTMLElement' in globalThis).toBe(false)
  expect(GuestChatElement.observedAttributes).toContain('open')
  expect(createGuestChat({ baseUrl: 'https://chat.example.com' }).state).toBe('closed')
})
