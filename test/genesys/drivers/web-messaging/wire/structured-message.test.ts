import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { StructuredMessage } from '../../../../../src/service/genesys/drivers/web-messaging/wire/frames.ts'

const readStructuredMessage = (body: unknown) => StructuredMessage.safeParse(body).data

/** Every field that the service reads from a message. */
const WHOLE = {
  id: 'i',
  messageId: 'm',
  type: 'Text',
  direction: 'Outbound',
  text: 'Hello',
  channel: {
    time: '2026-01-01T10:00:00.000Z',
    messageId: 'c',
    from: { nickname: 'Ada', firstName: 'Augusta', lastName: 'King', image: 'https://pictures.test/ada' },
  },
  content: [{ contentType: 'Attachment' }],
  events: [
    {
      eventType: 'Typing',
      presence: { type: 'Join' },
      typing: { type: 'On', duration: 5000, durationMs: 5 },
    },
  ],
  metadata: { readOnly: 'true' },
  originatingEntity: 'Bot',
}

describe('a message from Genesys', () => {
  test('is read completely', () => {
    expect(readStructuredMessage(WHOLE)).toEqual(WHOLE)
  })

  test('may have no known fields, and unknown fields are ignored', () => {
    expect(readStructuredMessage({ novelty: 1 })).toEqual({})
  })

  test.each([[undefined], [null], ['Hello'], [7], [[WHOLE]]])('is not read from %j', (body) => {
    expect(readStructuredMessage(body)).toBeUndefined()
  })

  test('has an empty event in place of an unreadable one', () => {
    expect(readStructuredMessage({ events: [7, { eventType: 'Presence' }] })?.events).toEqual([
      {},
      { eventType: 'Presence' },
    ])
  })

  test('is read with only its first 100 events', () => {
    const events = Array(100_000).fill({ eventType: 'Typing' })
    expect(readStructuredMessage({ events })?.events).toHaveLength(100)
  })

  test('is read without its typing duration if the duration is infinite', () => {
    const { events } = JSON.parse('{"events":[{"typing":{"duration":1e999}}]}') as object & {
      events: unknown
    }
    expect(readStructuredMessage({ events })?.events).toEqual([{ typing: {} }])
  })
})

test('a field of the wrong type is omitted, and the other fields are kept', () => {
  const places = pathsIn(WHOLE)
  fc.assert(
    fc.property(fc.constantFrom(...places), fc.jsonValue(), (path, value) => {
      const odd = structuredClone(WHOLE)
      put(odd, path, value)
      const read = readStructuredMessage(odd)
      const was = at(WHOLE, path)
      const got = at(read, path)
      if (typeof value !== typeof was || value === null || Array.isArray(value) !== Array.isArray(was)) {
        expect(got).toBeUndefined()
      } else if (typeof value !== 'object') expect(got).toBe(value)
      put(read as object, path, was)
      expect(read).toEqual(WHOLE)
    }),
    { numRuns: 1000 },
  )
})

type Path = readonly (string | number)[]

/** The paths of all values, except list elements themselves and what is inside content and metadata. */
function pathsIn(value: unknown, way: Path = []): Path[] {
  if (typeof value !== 'object' || value === null || way[0] === 'content' || way[0] === 'metadata')
    return [way]
  const below = Object.entries(value).flatMap(([key, each]) =>
    pathsIn(each, [...way, Array.isArray(value) ? Number(key) : key]),
  )
  return typeof way.at(-1) === 'number' || way.length === 0 ? below : [way, ...below]
}

function at(value: unknown, [key, ...rest]: Path): unknown {
  if (key === undefined || typeof value !== 'object' || value === null) return value
  return at((value as Record<string | number, unknown>)[key], rest)
}

function put(target: object, [key, ...rest]: Path, value: unknown): void {
  const fields = target as Record<string | number, unknown>
  if (key === undefined) return
  if (rest.length === 0) fields[key] = value
  else put(fields[key] as object, rest, value)
}
