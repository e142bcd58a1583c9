import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { pathSegment, upstreamAddress } from '../../src/upstream/upstream-address.ts'

describe('an address', () => {
  test.each([
    [
      'https://api.mypurecloud.ie/a?b=c',
      {
        path: '/a?b=c',
        origin: {
          protocol: 'https:',
          hostname: 'api.mypurecloud.ie',
          port: undefined,
          hostHeader: 'api.mypurecloud.ie',
          servername: 'api.mypurecloud.ie',
          name: 'https://api.mypurecloud.ie',
        },
      },
    ],
    [
      'http://127.0.0.1:8080/',
      {
        path: '/',
        origin: {
          protocol: 'http:',
          hostname: '127.0.0.1',
          port: 8080,
          hostHeader: '127.0.0.1:8080',
          servername: '',
          name: 'http://127.0.0.1:8080',
        },
      },
    ],
    [
      'http://[::1]:8080/x',
      {
        path: '/x',
        origin: {
          protocol: 'http:',
          hostname: '::1',
          port: 8080,
          hostHeader: '[::1]:8080',
          servername: '',
          name: 'http://[::1]:8080',
        },
      },
    ],
  ])('%s is taken apart', (url, parts) => {
    expect(upstreamAddress(url)).toEqual(parts)
  })

  test.each([
    'http://h',
    '//h/x',
    '/x',
    '',
    'file:///etc/passwd',
    'http://u@h/x',
    'http://u:p@h/x',
    'http://h?x/y',
    'http://h#x/y',
    'http://h\\x/y',
    'http://h/x#y',
    'http://h/x y',
    'http://h/x\r\ny',
    'http://h/ü',
    'http://h:99999/x',
    'https://h /x',
  ])('%p is none', (url) => {
    expect(upstreamAddress(url)).toBeUndefined()
  })

  test('many origins are all told apart', () => {
    for (let i = 0; i < 300; i++)
      expect(upstreamAddress(`https://h${i}.example/x`)?.origin.hostname).toBe(`h${i}.example`)
  })

  test('whatever stands for the host, the host that is called is the one that the platform would read', () => {
    const host = fc.oneof(
      fc.domain(),
      fc.string(),
      fc.constantFrom('a@b', 'a\\@b', 'a%2fb', '[::1]', 'a:80', '1.2.3.4'),
    )
    fc.assert(
      fc.property(host, fc.webPath(), (name, path) => {
        const url = `https://${name}/${path}`
        const address = upstreamAddress(url)
        if (address === undefined) return
        expect(new URL(url).hostname.replace(/^\[|\]$/g, '')).toBe(address.origin.hostname)
      }),
    )
  })
})

describe('a segment of a path', () => {
  test.each(['', '.', '..', 'a\nb', 'a\u0000', '\u0085', '\ud800', 'x'.repeat(201)])('%p is none', (id) => {
    expect(pathSegment(id)).toBeUndefined()
  })

  test('keeps every id in its place, whatever it is', () => {
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
