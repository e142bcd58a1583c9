import type { GuestEvent, GuestEventListener } from '../guest-api.ts'

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

  /** @param greeting told to this listener alone, after it has got its way to unsubscribe. */
  add(listener: GuestEventListener, greeting?: GuestEvent): () => void {
    const subscription = { listener }
    this.#subscriptions.add(subscription)
    if (greeting) queueMicrotask(() => this.#tell(subscription, greeting))
    return () => void this.#subscriptions.delete(subscription)
  }

  emit(event: GuestEvent): void {
    for (const subscription of this.#subscriptions) this.#tell(subscription, event)
  }

  emitState(state: SessionEventState): void {
    this.emit({ type: 'session', state })
  }

  /** @param newest the newest message that is known, by its key. */
  emitGap(newest: { readonly key: string; readonly time: string } | undefined): void {
    this.emit({ type: 'gap', ...(newest && { after: { id: newest.key, time: newest.time } }) })
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
