/** Where a page keeps the session token: anything with these three methods, `localStorage` for instance. */
export interface TokenStorage {
  getItem(key: string): string | null
  setItem(key: string, value: string): void
  removeItem(key: string): void
}

/**
 * `memory`: forgotten with the page. `session`: survives a reload of this tab (`sessionStorage`).
 * `local`: all tabs of the website share one conversation (`localStorage`).
 */
export type StorageChoice = 'memory' | 'session' | 'local' | TokenStorage

export interface TokenStore {
  read(): string | undefined
  write(token: string): void
  forget(): void
}

/**
 * Holds the session token. It is written nowhere but where the page chose, under a name that has the service's address in
 * it: markup that is injected into the page can name another service, which must not get the token, nor anything
 * else that the website stores.
 */
export function createTokenStore(
  choice: StorageChoice,
  options: {
    readonly storageKey: string
    /** Of the service. Not asked before it is needed. */
    readonly baseUrl: () => URL
  },
): TokenStore {
  const storage = chosen(choice)
  const keyOf = () => storageName(`${options.storageKey}:${options.baseUrl().href}`)
  let own: string | undefined
  return {
    read() {
      const shared = attempt(() => storage?.getItem(keyOf())) ?? undefined
      // Another tab may have renewed our guest's token. What belongs to another guest is not ours to use.
      if (own === undefined || (shared !== undefined && guestOf(shared) === guestOf(own))) own = shared ?? own
      return own
    },
    write(token) {
      own = token
      attempt(() => storage?.setItem(keyOf(), token))
    },
    forget() {
      const gone = own
      own = undefined
      attempt(() => {
        const shared = storage?.getItem(keyOf())
        if (gone !== undefined && shared && guestOf(shared) === guestOf(gone)) storage?.removeItem(keyOf())
      })
    },
  }
}

/** What the chat stores has names of its own: it reads and replaces nothing else that the website stores. */
export function storageName(name: string): string {
  return `genesys-guest-chat:${name}`
}

/** A token's first part stays the same when it is renewed, and differs from guest to guest. */
function guestOf(token: string): string | undefined {
  return token.split('.')[0]
}

function chosen(choice: StorageChoice): TokenStorage | undefined {
  if (typeof choice === 'object') return choice
  if (choice === 'memory') return undefined
  return attempt(() => (choice === 'local' ? localStorage : sessionStorage))
}

/** Browsers throw where storage is forbidden or full: then memory has to do. */
function attempt<T>(use: () => T): T | undefined {
  try {
    return use()
  } catch {
    return undefined
  }
}
