import type { GuestEvent, GuestEventListener, Message } from '../../guest-api.ts'

export type SessionEventState = Extract<GuestEvent, { type: 'session' }>['state']

interface Subscription {
  readonly listener: GuestEventListener
}

/** Who listens to one guest. */
export class Listeners {
  readonly #subscriptions = new Set<Subscription>()
  readonly #onFailure: (what: string) => void

  constructor(onFailure: (what: string) => void) {
    this.#onFailure = onFailure
  }

  get size(): number {
    return this.#subscriptions.size
  }

  /** @param greeting asked for the state to tell this listener alone, after it has got its way to unsubscribe. */
  add(listener: GuestEventListener, greeting: () => SessionEventState | undefined): () => void {
    const subscription = { listener }
    this.#subscriptions.add(subscription)
    queueMicrotask(() => {
      const state = greeting()
      if (state !== undefined) this.#tell(subscription, { type: 'session', state })
    })
    return () => void this.#subscriptions.delete(subscription)
  }

  emit(event: GuestEvent): void {
    for (const subscription of this.#subscriptions) this.#tell(subscription, event)
  }

  emitState(state: SessionEventState): void {
    this.emit({ type: 'session', state })
  }

  /** @param after the newest message that is known */
  emitGap(after: Pick<Message, 'id' | 'time'> | undefined): void {
    this.emit({ type: 'gap', ...(after && { after }) })
  }

  clear(): void {
    this.#subscriptions.clear()
  }

  /** A listener that throws must not take the socket, or the other listeners, with it. */
  #tell(subscription: Subscription, event: GuestEvent): void {
    if (!this.#subscriptions.has(subscription)) return
    try {
      subscription.listener(event)
    } catch {
      this.#onFailure('listener failed')
    }
  }
}
