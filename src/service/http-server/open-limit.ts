export type Refusal = 'all taken' | 'all of this key taken'

/** Limits the number of open items: requests in flight, bodies that are being received, or event streams. */
export interface OpenLimit {
  readonly open: number
  /** Acquires a slot. @returns a function that releases it; calling it again does nothing */
  acquire(key: string): (() => void) | Refusal
}

/** @param options.maxPerKey the limit for one address or guest, so that a single one cannot take every slot */
export function limitOpen({ max, maxPerKey }: { max: number; maxPerKey: number }): OpenLimit {
  const openByKey = new Map<string, number>()
  let open = 0
  return {
    get open() {
      return open
    },
    acquire(key) {
      const openOfKey = openByKey.get(key) ?? 0
      if (openOfKey >= maxPerKey) return 'all of this key taken'
      if (open >= max) return 'all taken'
      open += 1
      openByKey.set(key, openOfKey + 1)
      let isOpen = true
      return () => {
        if (!isOpen) return
        isOpen = false
        open -= 1
        const left = (openByKey.get(key) ?? 0) - 1
        if (left > 0) openByKey.set(key, left)
        else openByKey.delete(key)
      }
    },
  }
}
