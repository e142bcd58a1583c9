import { expect, test } from '@jest/globals'
import { createGuestChat, GuestChatElement } from '../../src/browser/element/guest-chat-element.ts'

test('without HTMLElement, as on a server, the element can be imported and a client can be created', () => {
  expect('HTMLElement' in globalThis).toBe(false)
  expect(GuestChatElement.observedAttributes).toContain('open')
  expect(createGuestChat({ baseUrl: 'https://chat.example.com' }).state).toBe('closed')
})
