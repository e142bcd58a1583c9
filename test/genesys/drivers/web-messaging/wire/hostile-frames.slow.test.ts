import { afterEach, beforeEach, expect, jest, test } from '@jest/globals'
import fc from 'fast-check'
import { codeOf, fakeGenesys, pass } from '../fake-genesys.ts'

beforeEach(() => void jest.useFakeTimers())
afterEach(() => void jest.useRealTimers())

const CLASSES = [
  'SessionResponse',
  'StructuredMessage',
  'JwtResponse',
  'PresignedUrlResponse',
  'UploadSuccessEvent',
  'UploadFailureEvent',
  'GenerateUrlError',
  'ConnectionClosedEvent',
  'LogoutEvent',
  'SessionClearedEvent',
  'SessionExpiredEvent',
  'TooManyRequestsErrorMessage',
  'string',
  'Novelty',
]

const body = fc.oneof(
  fc.anything(),
  fc.record({ connected: fc.boolean(), readOnly: fc.anything(), allowedMedia: fc.anything() }),
  fc.record(
    {
      id: fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom('\ud800', '\udfff', 'a', '%') })),
      type: fc.constantFrom('Text', 'Structured', 'Event'),
      direction: fc.constantFrom('Inbound', 'Outbound'),
      events: fc.anything(),
      content: fc.anything(),
      metadata: fc.anything(),
      channel: fc.anything(),
    },
    { requiredKeys: [] },
  ),
)

const step = fc.oneof(
  fc.record({
    frame: fc.record(
      {
        type: fc.constantFrom('message', 'response'),
        class: fc.constantFrom(...CLASSES),
        code: fc.constantFrom(200, 400, 401, 403, 409, 429, 4006, 4011, 5000, NaN),
        tracingId: fc.oneof(fc.constantFrom('typing', 'known'), fc.anything()),
        body,
      },
      { requiredKeys: ['class'] },
    ),
  }),
  fc.record({ garbage: fc.string() }),
  fc.record({ passMs: fc.integer({ min: 0, max: 30_000 }) }),
  fc.record({ breaks: fc.constantFrom(undefined, 403, 429, 503) }),
  fc.constant({ accepts: true }),
)

test('whatever Genesys sends, nothing throws and every request ends by its deadline', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
      const genesys = fakeGenesys()
      const connection = genesys.connections.of(genesys.guest())
      connection.subscribe((event) => {
        if (event.type === 'message') expect(() => encodeURIComponent(event.message.id)).not.toThrow()
      })
      const questions = (['send-again', 'delivery-unknown'] as const).map((ifLost) =>
        connection
          .request({
            frame: { action: 'onMessage', tracingId: 'known' },
            purpose: 'message',
            deadlineAtMs: Date.now() + 20_000,
            readResponse: (frame) => frame.class === 'StructuredMessage' || undefined,
            ifLost,
          })
          .then(() => 'answered')
          .catch(codeOf),
      )
      for (const what of steps) await play(genesys.socket, what)
      await pass(20_250)
      for (const ended of await Promise.all(questions)) expect(ended).toMatch(/^[a-z_]+$/)
      genesys.connections.close()
      expect(genesys.unexpected).toEqual([])
      expect(jest.getTimerCount()).toBe(0)
    }),
    { numRuns: 150 },
  )
})

interface Step {
  frame?: unknown
  garbage?: string
  passMs?: number
  breaks?: number | undefined
  accepts?: boolean
}

async function play(socket: ReturnType<typeof fakeGenesys>['socket'], what: Step): Promise<void> {
  if (what.accepts) socket.accepts()
  else if (what.frame !== undefined) socket.says(JSON.stringify(what.frame))
  else if (what.garbage !== undefined) socket.says(what.garbage)
  else if (what.passMs !== undefined) await pass(what.passMs)
  else if (what.breaks === undefined) socket.breaks()
  else socket.refuses(what.breaks, 1)
}
