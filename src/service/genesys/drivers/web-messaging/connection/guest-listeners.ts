import type { GuestEvent, GuestEventListener } from '../../../guest-api.ts'

export interface Subscription {
  readonly listener: GuestEventListener
}

/** The listeners for one guest's events. */
export class GuestListeners {
  readonly #subscriptions = new Set<Subscription>()
  readonly #onUnexpectedError: (error: unknown, doing: string) => void

  constructor(onUnexpectedError: (error: unknown, doing: string) => void) {
    this.#onUnexpectedError = onUnexpectedError
  }

  get count(): number {
    return this.#subscriptions.size
  }

  add(listener: GuestEventListener): Subscription {
    const subscription = { listener }
    this.#subscriptions.add(subscription)
    return subscription
  }

  remove(subscription: Subscription): void {
    this.#subscriptions.delete(subscription)
  }

  clear(): void {
    this.#subscriptions.clear()
  }

  emit(event: GuestEvent): void {
    for (const subscription of this.#subscriptions) this.notify(subscription, event)
  }

  /** A listener that throws must not affect the connection or the other listeners. */
  notify(subscription: Subscription, event: GuestEvent): void {
    if (!this.#subscriptions.has(subscription)) return
    try {
      subscription.listener(event)
    } catch (error) {
      this.#onUnexpectedError(error, 'notify a listener')
    }
  }
}
