import { withStorage, type TokenStorage } from '../client/token-store.ts'

/** Keeps items in memory until it is known which storage to use. */
export interface LateStorage extends TokenStorage {
  /**
   * Uses `place` from now on, and copies each item into it, unless another tab has already stored an item under the
   * same key.
   */
  moveTo(place: Storage | undefined): void
}

export function createLateStorage(): LateStorage {
  const own = new Map<string, string>()
  let place: Storage | undefined
  return {
    getItem: (key) => (place ? place.getItem(key) : (own.get(key) ?? null)),
    setItem(key, value) {
      if (place) place.setItem(key, value)
      else own.set(key, value)
    },
    removeItem(key) {
      if (place) place.removeItem(key)
      else own.delete(key)
    },
    moveTo(next) {
      place ??= next
      for (const [key, value] of own)
        withStorage(() => {
          if (place?.getItem(key) === null) place.setItem(key, value)
        })
    },
  }
}
