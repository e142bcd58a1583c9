import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { BoundedMap } from '../../src/service/collections/bounded-map.ts'
import type { AttributeChanges } from '../../src/contract/contract.ts'
import { createSessionStack, SITE } from './session-stack.ts'

const TOO_LARGE = { code: 'attributes_too_large' }

async function setUp() {
  const stack = createSessionStack()
  const deadlineAtMs = stack.clock.ms + 1000
  let { session } = await stack.open()
  const put = async (changes: AttributeChanges) => {
    const changed = await stack.attributes.change(await stack.claimsOf(session), changes, deadlineAtMs)
    session = await stack.sessions.renew(changed)
    return session
  }
  return { ...stack, put, current: () => session }
}

describe('the limits on a guest’s data:', () => {
  test('removed keys count toward the limit until Genesys knows of their removal', async () => {
    const { put, current } = await setUp()
    const key = (i: number) => `custom.${i}.${'k'.repeat(80)}`
    let permitted = 0
    const grow = async () => {
      for (; permitted < 1400; permitted++) {
        await put({ [key(permitted)]: 'x' })
        await put({ [key(permitted)]: null })
      }
    }
    await expect(grow()).rejects.toMatchObject(TOO_LARGE)
    expect(permitted).toBeLessThan(25)
    expect(current().length).toBeLessThan(4096)
  })

  test('two permitted changes together never make the next message too large', async () => {
    const { put, send, genesys, current } = await setUp()
    const [first, second] = ['custom.a', 'custom.b'].map((prefix) => prefix + 'k'.repeat(100))
    await put({ [first!]: 'x'.repeat(1900) })
    await expect(put({ [first!]: null, [second!]: 'x'.repeat(1900) })).rejects.toMatchObject(TOO_LARGE)
    await put({ [first!]: null, [second!]: 'x'.repeat(1700) })
    await send(current())
    const sent = Object.entries(genesys.sent[0]?.message.attributes ?? {})
    expect(Buffer.byteLength(sent.flat().join(''))).toBeLessThanOrEqual(2048)
    await put({ [second!]: 'x'.repeat(1890) }) // Genesys knows of the removal, so the removed key no longer counts.
  })

  test('attributes that do not fit into a token are refused before anything is changed', async () => {
    const { put, current, claimsOf } = await setUp()
    await put({ 'custom.kept': 'x' })
    const quotes = { 'custom.q': '"'.repeat(1900) }
    await expect(put(quotes)).rejects.toMatchObject(TOO_LARGE)
    expect((await claimsOf(current())).attributes.values).toMatchObject({ 'custom.kept': 'x' })
    await put({ 'custom.next': 'y' })
  })

  test('a token always fits into a cookie', async () => {
    const value = fc.oneof(
      fc.string({ maxLength: 700 }),
      fc.constantFrom('"'.repeat(600), '\u0001'.repeat(300), '€'.repeat(600)),
    )
    const change = fc.dictionary(fc.stringMatching(/^custom\.[a-z]{1,20}$/), fc.option(value), {
      maxKeys: 60,
    })
    await fc.assert(
      fc.asyncProperty(fc.array(change, { maxLength: 6 }), async (changes) => {
        const { put, send, current, claimsOf } = await setUp()
        for (const each of changes)
          await put(each).catch((error: unknown) => expect(error).toMatchObject(TOO_LARGE))
        const { session = current() } = await send(current())
        expect(`__Host-guest-session=${session}`.length).toBeLessThanOrEqual(4097)
        await claimsOf(session)
      }),
      { numRuns: 60 },
    )
  })

  test('space is reserved for the attributes of a verified visitor who becomes a guest again', async () => {
    const { open, claimsOf, clock, attributes } = createSessionStack()
    const room = 2048 - 'custom.isAuthenticatedfalse'.length - 'custom.userIdada'.length - 'custom.x'.length
    const untilMs = clock.ms + 60_000
    const { session } = await open(
      { visitor: 'ada', untilMs },
      { attributes: { 'custom.x': 'x'.repeat(room) } },
    )
    await expect(
      attributes.change(await claimsOf(session), { 'custom.y': '' }, clock.ms + 1000),
    ).rejects.toMatchObject(TOO_LARGE)
    clock.ms = untilMs
    expect((await claimsOf(session)).attributes.values).toMatchObject({ 'custom.isAuthenticated': 'false' })
  })
})

describe('a session token', () => {
  test('has only one spelling: other base64url encodings of the same bytes are refused', async () => {
    const { open, claimsOf, tokens } = createSessionStack()
    const { session } = await open()
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
    const last = alphabet.indexOf(session.at(-1)!)
    const other = session.slice(0, -1) + alphabet[last ^ 1]!
    expect(Buffer.from(other.split('.')[4]!, 'base64url')).toEqual(
      Buffer.from(session.split('.')[4]!, 'base64url'),
    )
    await expect(claimsOf(other)).rejects.toMatchObject({ code: 'session_invalid' })
    for (const spelling of [`${session}=`, session.replace(/\.(?=[^.]*$)/, '=.'), ` ${session}`]) {
      await expect(tokens.open(spelling, SITE)).rejects.toMatchObject({ code: 'session_invalid' })
    }
    await claimsOf(session)
  })
})

describe('a bounded map', () => {
  test('never holds more bytes than its limit, whatever is set and deleted', () => {
    const step = fc.tuple(fc.constantFrom('set', 'delete'), fc.nat(20), fc.nat(120))
    fc.assert(
      fc.property(fc.array(step, { maxLength: 100 }), (steps) => {
        const map = new BoundedMap<number, number>(10, { maxBytes: 300, bytesOf: (bytes) => bytes })
        for (const [what, key, bytes] of steps) {
          if (what === 'set') map.set(key, bytes)
          else map.delete(key)
          expect(map.bytes).toBe([...map.values()].reduce((sum, each) => sum + each, 0))
          expect(map.bytes).toBeLessThanOrEqual(300)
          expect(map.size).toBeLessThanOrEqual(10)
        }
      }),
    )
  })

  test('drops the oldest entry first, and keeps no entry larger than the whole limit', () => {
    const map = new BoundedMap<string, number>(10, { maxBytes: 100, bytesOf: (bytes) => bytes })
    map.set('a', 60).set('b', 30).set('c', 30)
    expect([...map.keys()]).toEqual(['b', 'c'])
    map.set('huge', 101)
    expect(map.size).toBe(0)
    expect(new BoundedMap<string, number>(0).set('a', 1).size).toBe(0)
  })
})
