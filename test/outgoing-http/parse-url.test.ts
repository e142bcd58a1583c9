import { expect, test } from '@jest/globals'
import { parseUrl } from '../../src/service/urls/parse-url.ts'

test('an address with Latin-1 letters is parsed correctly, even after many other calls', () => {
  for (let i = 0; i < 200_000; i++) parseUrl(`https://shop${i % 7}.example`)
  expect(parseUrl('https://münchen.example')?.host).toBe('xn--mnchen-3ya.example')
  expect(parseUrl('no address')).toBeUndefined()
})
