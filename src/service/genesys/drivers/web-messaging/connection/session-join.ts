import type { Attributes } from '../../../guest-api.ts'
import { hasPresence } from '../wire/read-message.ts'
import { presence } from '../wire/requests.ts'
import type { GuestRequest } from './pending-request.ts'
import type { ConfiguredSession } from './session-state.ts'

const JOIN_TIMEOUT_MS = 5_000

interface JoinSettings {
  readonly hasAutoStart: () => boolean | Promise<boolean>
  readonly monotonicNow: () => number
}

/**
 * Genesys: if the deployment starts conversations automatically, each new session waits for the guest's
 * `Join`, which may contain the attributes. A conversation can also start with the first message, so a
 * failure here is not reported to the guest.
 */
export class SessionJoin {
  /** The attributes to send with the next `Join`; `false` to send no `Join`, so that agents do not see the guest. */
  attributes: Attributes | false = {}
  /** Whether Genesys has accepted the newest session's `Join`. */
  accepted: Promise<boolean> = Promise.resolve(false)
  readonly #connection: { request<T>(request: GuestRequest<T>): Promise<T> }
  readonly #settings: JoinSettings

  constructor(connection: { request<T>(request: GuestRequest<T>): Promise<T> }, settings: JoinSettings) {
    this.#connection = connection
    this.#settings = settings
  }

  onConfigured({ isNew, isReadOnly }: ConfiguredSession): void {
    this.accepted = isNew && !isReadOnly ? this.#join() : Promise.resolve(false)
  }

  async #join(): Promise<boolean> {
    const isOn = this.attributes && this.#settings.hasAutoStart()
    // No `await` if the value is already known: nothing may be sent before the `Join`.
    if (isOn instanceof Promise ? !(await isOn) : !isOn) return false
    const attributes = this.attributes || {}
    this.attributes = {}
    try {
      return await this.#connection.request({
        frame: presence('Join', attributes),
        purpose: 'message',
        deadlineAtMs: this.#settings.monotonicNow() + JOIN_TIMEOUT_MS,
        readResponse: (frame) =>
          (frame.class === 'StructuredMessage' && hasPresence(frame.body, 'Join')) || undefined,
        ifLost: 'delivery-unknown',
        isFirst: true,
      })
    } catch {
      return false
    }
  }
}
