import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { pathSegment } from '../../src/service/urls/path-segment.ts'

describe('a path segment', () => {
  test.each(['', '.', '..', 'a\nb', 'a\u0000', '\u0085', '\ud800', 'x'.repeat(201)])(
    'cannot be made from %p',
    (id) => {
      expect(pathSegment(id)).toBeUndefined()
    },
  )

  test('contains any other id completely, without changing the rest of the URL', () => {
    const awkward = fc.constantFrom('../', '%2e%2e', '%2F', '@evil', '?', '#', '\\', '//', ';', '...', 'ü')
    const anyId = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(awkward).map((parts) => parts.join('')),
    )
    fc.assert(
      fc.property(anyId, (id) => {
        const segment = pathSegment(id)
        if (segment === undefined) return
        const { pathname, host, search, hash } = new URL(`https://api.example/guests/${segment}/messages`)
        expect([host, search, hash]).toEqual(['api.example', '', ''])
        expect(pathname.split('/')).toEqual(['', 'guests', segment, 'messages'])
        expect(decodeURIComponent(segment)).toBe(id)
      }),
    )
  })
})
