/**
 * The state of the service. `draining`: it reports that it is not ready, but still serves everything.
 * `closed`: the listener is closed, and new event streams are rejected.
 */
export class ServiceState {
  #current: 'serving' | 'draining' | 'closed' = 'serving'

  get isStopping(): boolean {
    return this.#current !== 'serving'
  }

  get isClosed(): boolean {
    return this.#current === 'closed'
  }

  drain(): void {
    if (this.#current === 'serving') this.#current = 'draining'
  }

  close(): void {
    this.#current = 'closed'
  }
}
