/** Listeners by event name. */
export interface Listeners<Events> {
  /** @returns a function that removes the listener */
  readonly on: <Name extends keyof Events>(name: Name, listener: (detail: Events[Name]) => void) => () => void
  readonly emit: <Name extends keyof Events>(name: Name, detail: Events[Name]) => void
}

export function createListeners<Events>(): Listeners<Events> {
  const listeners = new Map<keyof Events, Set<(detail: never) => void>>()
  return {
    on(name, listener) {
      const set = listeners.get(name) ?? new Set()
      listeners.set(name, set.add(listener))
      return () => set.delete(listener)
    },
    emit(name, detail) {
      for (const listener of listeners.get(name) ?? []) {
        try {
          listener(detail as never)
        } catch (error) {
          // An exception in a page's listener is rethrown as an uncaught error, so that it does not end the live
          // events.
          setTimeout(() => {
            throw error
          })
        }
      }
    },
  }
}
