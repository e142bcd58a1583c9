/** Where a page stores the session token: any object with these three methods, for instance `localStorage`. */
export interface TokenStorage {
  getItem(key: string): string | null
  setItem(key: string, value: string): void
  removeItem(key: string): void
}

/**
 * `memory`: the token is lost when the guest leaves or reloads the page. `session`: the token survives a reload of this
 * tab (`sessionStorage`). `local`: all tabs of the website share one conversation (`localStorage`).
 */
export type StorageChoice = 'memory' | 'session' | 'local' | TokenStorage

export interface TokenStore {
  read(): string | undefined
  write(token: string): void
  forget(): void
}

/**
 * Stores the session token only in the storage that the page chose, under a key that contains the service's address.
 * Injected markup can name another service, which must get neither the token nor anything else that the website stores.
 */
export function createTokenStore(
  choice: StorageChoice,
  options: {
    readonly storageKey: string
    /** Returns the service's address. Called only when the store is used. */
    readonly baseUrl: () => URL
  },
): TokenStore {
  const storage = typeof choice === 'object' ? choice : storageFor(choice)
  const keyOf = () => storageName(`${options.storageKey}:${options.baseUrl().href}`)
  let own: string | undefined
  return {
    read() {
      const shared = withStorage(() => storage?.getItem(keyOf())) ?? undefined
      // Another tab may have renewed this guest's token. Another guest's token is not used.
      if (own === undefined || (shared !== undefined && guestOf(shared) === guestOf(own))) own = shared ?? own
      return own
    },
    write(token) {
      own = token
      withStorage(() => storage?.setItem(keyOf(), token))
    },
    forget() {
      const gone = own
      own = undefined
      withStorage(() => {
        const shared = storage?.getItem(keyOf())
        if (gone !== undefined && shared && guestOf(shared) === guestOf(gone)) storage?.removeItem(keyOf())
      })
    },
  }
}

/**
 * Returns the storage key for an entry. The chat's entries have their own prefix, so that the chat neither reads nor
 * replaces anything else that the website stores.
 */
export function storageName(name: string): string {
  return `genesys-guest-chat:${name}`
}

/** The first part of a token stays the same when the token is renewed, and differs for each guest. */
function guestOf(token: string): string | undefined {
  return token.split('.')[0]
}

/** The browser's own storage; undefined for `memory` or if the browser forbids storage. */
export function storageFor(choice: string | undefined): Storage | undefined {
  if (choice === undefined || choice === 'memory') return undefined
  return withStorage(() => (choice === 'local' ? localStorage : sessionStorage))
}

/** Ignores the error that browsers throw if storage is forbidden or full. */
export function withStorage<T>(use: () => T): T | undefined {
  try {
    return use()
  } catch {
    return undefined
  }
}
