import type { StructuredMessage } from '../wire/structured-message.ts'
import type { GuestSession } from './guest-session.ts'

/** What is known of one guest's session, and whether Genesys still knows it too. */
export class KnownSession {
  #current: GuestSession | undefined
  #isKnown: boolean
  #wasForgotten = false

  /** @param isKnown false for a guest whose token was made just now. */
  constructor(isKnown: boolean) {
    this.#isKnown = isKnown
  }

  get current(): GuestSession | undefined {
    return this.#current
  }

  get isReadOnly(): boolean {
    return this.#current?.isReadOnly ?? false
  }

  /** True when Genesys had forgotten a guest that it knew. */
  configured(session: GuestSession): boolean {
    const isLost = session.isNew && this.#isKnown
    this.#wasForgotten ||= isLost
    this.#isKnown = true
    this.#current = session
    return isLost
  }

  /** True when that is news. */
  becomeReadOnly(): boolean {
    if (!this.#current || this.#current.isReadOnly) return false
    this.#current = { ...this.#current, isReadOnly: true }
    return true
  }

  /** Genesys: the answer to an echo says, as a string of seconds, until when the session lives now. */
  prolong({ metadata }: StructuredMessage): void {
    const expirationDate = Number(metadata?.['expirationDate'])
    if (this.#current && expirationDate > 0) {
      this.#current = { ...this.#current, expiresAtMs: expirationDate * 1000 }
    }
  }

  /** True once, when Genesys had forgotten the guest and made it a new session. */
  consumeReset(): boolean {
    const wasForgotten = this.#wasForgotten
    this.#wasForgotten = false
    return wasForgotten
  }
}
