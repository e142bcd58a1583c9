import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import type { GuestApi, GuestRef, OpenRequest, OutgoingMessage } from '../../src/service/genesys/guest-api.ts'
import { UpstreamError } from '../../src/service/errors/upstream-error.ts'

/** The faults that a test can cause, if the driver's harness supports them. */
export interface Bends {
  /** The deployment is switched off. */
  deactivate?: () => void
  /** The next response to this operation is a refusal with this status. */
  refuseNext?: (operation: 'open' | 'send' | 'attributes', status: number, retryAfter?: string) => void
  /** The next call of this operation gets no response. */
  stallNext?: (operation: 'open' | 'send') => void
  /** The next response to this operation has a success status and a garbled body. */
  garbleNext?: (operation: 'open') => void
  /** The current OAuth token is no longer valid; a new one is. */
  expireAccessToken?: () => void
}

export interface Harness extends Bends {
  readonly guestApi: GuestApi
  /** The texts that Genesys has received from guests, oldest first. */
  texts(): readonly string[]
  /** The attributes that Genesys has stored for the guest whose session was opened last. */
  attributes(): Readonly<Record<string, unknown>>
  /** Strings that no error may contain. */
  readonly secrets: readonly string[]
  stop(): Promise<void> | void
}

export interface ContractOptions {
  readonly start: () => Promise<Harness> | Harness
  /** The faults that the harness can cause; cases that need other faults are skipped. */
  readonly bends: readonly (keyof Bends)[]
  readonly capabilities: readonly string[]
  /** The fields that every opening needs. */
  readonly openWith?: Partial<OpenRequest>
}

type Declare = (behavior: string, prove: () => Promise<void>) => void

const TEXT = 'Where is my parcel?'
let tracing = 0

/** The same list as in the docstring of `GuestApi`. */
const METHODS_BY_CAPABILITY: Readonly<Record<string, readonly (keyof GuestApi)[]>> = {
  messages: ['send'],
  attributes: ['setAttributes'],
  'live-events': ['subscribe'],
  history: ['history'],
  typing: ['typing'],
  attachments: ['upload', 'deleteAttachment', 'attachmentUrl'],
  end: ['end'],
  'sign-in': ['signIn', 'signOut'],
}

/** The cases that every driver has to pass, whichever API it uses. */
export function describeGuestApiContract(name: string, options: ContractOptions): void {
  describe(`${name} fulfills the guest API contract:`, () => {
    let harness: Harness
    let guestApi: GuestApi
    beforeEach(async () => {
      harness = await options.start()
      guestApi = harness.guestApi
    })
    afterEach(async () => {
      await guestApi.close()
      await harness.stop()
    })

    const soon = (ms = 5000): number => Date.now() + ms
    const can = (capability: string): boolean => options.capabilities.includes(capability)
    const leaveOut: Declare = () => undefined
    const testWith = (...bends: (keyof Bends)[]): Declare =>
      bends.every((bend) => options.bends.includes(bend)) ? test : leaveOut
    const testMessages = can('messages') ? testWith : () => leaveOut
    const testAttributes = can('attributes') ? testWith : () => leaveOut

    const open = (more: Partial<OpenRequest> = {}, deadlineAtMs = soon()) =>
      guestApi.open(
        { origin: 'https://shop.example', attributes: {}, ...options.openWith, ...more },
        deadlineAtMs,
      )
    const say = (ref: GuestRef, more: Partial<OutgoingMessage> = {}, deadlineAtMs = soon()) => {
      const tracingId = `00000000-0000-4000-8000-${String(++tracing).padStart(12, '0')}`
      const guest = { ref, origin: 'https://shop.example' }
      return guestApi.send!(guest, { text: TEXT, tracingId, ...more }, deadlineAtMs)
    }

    /** The error that a promise rejects with; it must contain no secret and no text from the guest. */
    async function failure(promise: Promise<unknown>): Promise<UpstreamError> {
      const error: unknown = await promise.then(
        () => undefined,
        (reason: unknown) => reason,
      )
      expect(error).toBeInstanceOf(UpstreamError)
      const { message, stack, facts, cause } = error as UpstreamError
      const said = [message, stack, JSON.stringify(facts)].join()
      for (const secret of [...harness.secrets, TEXT]) expect(said).not.toContain(secret)
      expect(cause).toBeUndefined()
      return error as UpstreamError
    }

    test('its capabilities match its methods', () => {
      expect([...guestApi.capabilities].sort()).toEqual([...options.capabilities].sort())
      const existing = Object.entries(METHODS_BY_CAPABILITY).flatMap(([capability, methods]) =>
        methods.filter((method) => guestApi[method] !== undefined).map((method) => [capability, method]),
      )
      const expected = Object.entries(METHODS_BY_CAPABILITY).flatMap(([capability, methods]) =>
        can(capability) ? methods.map((method) => [capability, method]) : [],
      )
      expect(existing).toEqual(expected)
    })

    test('opening a session creates a guest whose reference can be stored as JSON', async () => {
      const { ref, state, limits } = await open()
      expect(state).toBe('new')
      expect(Object.keys(ref).length).toBeGreaterThan(0)
      expect(JSON.parse(JSON.stringify(ref))).toEqual(ref)
      expect(limits).toMatchObject({ maxTextBytes: 4096, maxAttributeBytes: 2048 })
    })

    test('two guests have different references', async () => {
      const [one, two] = [await open(), await open()]
      expect(one.ref).not.toEqual(two.ref)
    })

    test('the deployment is reported as active', async () => {
      expect(await guestApi.deployment(soon())).toMatchObject({ status: 'active', id: expect.any(String) })
    })

    testWith('deactivate')('no session opens against an inactive deployment', async () => {
      harness.deactivate!()
      expect((await failure(open())).code).toBe('deployment_not_usable')
    })

    testMessages()('a message from the guest arrives once and is returned as accepted', async () => {
      const { ref } = await open()
      const message = await say(ref)
      expect(harness.texts()).toEqual([TEXT])
      expect(message).toMatchObject({ direction: 'inbound', type: 'text', text: TEXT, sender: 'guest' })
      expect(message.id).not.toBe('')
      expect(new Date(message.time).toISOString()).toBe(message.time)
    })

    testMessages()('a resumed guest can continue to write', async () => {
      const { ref } = await open()
      await say(ref, { text: 'one' })
      const again = await guestApi.resume({ ref, origin: 'https://shop.example' }, soon())
      expect(again.state).toBe('resumed')
      await say(again.ref, { text: 'two' })
      expect(harness.texts()).toEqual(['one', 'two'])
    })

    testMessages()('attributes can be sent with a message', async () => {
      const { ref } = await open()
      await say(ref, { attributes: { 'custom.cart': '3 items' } })
      expect(harness.attributes()).toMatchObject({ 'custom.cart': '3 items' })
    })

    testMessages()(
      'attributes given when a session is opened arrive with the first message at the latest',
      async () => {
        const attributes = { 'custom.page': '/pricing' }
        const { ref, attributesDelivered } = await open({ attributes })
        await say(ref, attributesDelivered ? {} : { attributes })
        expect(harness.attributes()).toMatchObject(attributes)
      },
    )

    testAttributes()('attributes are written immediately or are sent with the next message', async () => {
      const { ref } = await open()
      const attributes = { 'custom.plan': 'gold' }
      const isWritten = await guestApi.setAttributes!({ ref, origin: undefined }, attributes, soon())
      if (!isWritten) await say(ref, { attributes })
      expect(harness.attributes()).toMatchObject(attributes)
    })

    testMessages('refuseNext')('a refused message is reported with its status and a hint', async () => {
      const { ref } = await open()
      harness.refuseNext!('send', 403)
      const error = await failure(say(ref))
      expect(error.code).toBe('upstream_refused')
      expect(error.facts.status).toBe(403)
      expect(error.facts.hint).toMatch(/\w{3}/)
      expect(harness.texts()).toEqual([])
    })

    testMessages('refuseNext')('a message is sent again after a short rate limit', async () => {
      const { ref } = await open()
      harness.refuseNext!('send', 429, '0')
      await say(ref)
      expect(harness.texts()).toEqual([TEXT])
    })

    testMessages('refuseNext')(
      'a rate limit that outlasts the deadline is reported with the time to wait',
      async () => {
        const { ref } = await open()
        harness.refuseNext!('send', 429, '300')
        const error = await failure(say(ref))
        expect(error.code).toBe('upstream_rate_limited')
        expect(error.facts.retryAfterSeconds).toBe(300)
      },
    )

    testMessages('stallNext')(
      'a message without a response fails with delivery_unknown and is not repeated',
      async () => {
        const { ref } = await open()
        harness.stallNext!('send')
        const startedAtMs = Date.now()
        expect((await failure(say(ref, {}, soon(200)))).code).toBe('delivery_unknown')
        expect(Date.now() - startedAtMs).toBeLessThan(2000)
        expect(harness.texts()).toEqual([])
      },
    )

    testWith('stallNext')(
      'opening a session fails with upstream_timeout if there is no response',
      async () => {
        await guestApi.deployment(soon())
        harness.stallNext!('open')
        expect((await failure(open({}, soon(200)))).code).toBe('upstream_timeout')
      },
    )

    testWith('garbleNext')(
      'opening a session fails with upstream_bad_response if the response is garbled',
      async () => {
        harness.garbleNext!('open')
        expect((await failure(open())).code).toBe('upstream_bad_response')
      },
    )

    testWith('expireAccessToken')(
      'an OAuth token that is refused before its expiry is replaced without an error',
      async () => {
        await open()
        harness.expireAccessToken!()
        expect((await open()).state).toBe('new')
      },
    )

    testWith('refuseNext')('a refusal to open a session is reported with a hint', async () => {
      harness.refuseNext!('open', 403)
      const error = await failure(open())
      expect(error.code).toBe('upstream_refused')
      expect(error.facts.hint).toMatch(/\w{3}/)
    })

    test('opening a session after the deadline has passed fails with upstream_timeout', async () => {
      await guestApi.deployment(soon()) // Otherwise, the deployment would still be requested after the test ends.
      expect((await failure(open({}, Date.now() - 1))).code).toBe('upstream_timeout')
    })
  })
}
