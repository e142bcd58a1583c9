import { getProxyForUrl } from 'proxy-from-env'

const MAX_ORIGINS = 100

/**
 * The environment's proxy for an address (`HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY`, `NO_PROXY`, in upper or lower
 * case), or `''` if there is none. `wss` counts as `https`, `ws` as `http`. Results are cached by origin.
 */
export function createProxyFinder(): (url: URL) => string {
  const known = new Map<string, string>()
  return ({ protocol, host }) => {
    const origin = `${protocol.replace('ws', 'http')}//${host}`
    let proxy = known.get(origin)
    if (proxy === undefined) {
      if (known.size >= MAX_ORIGINS) known.clear() // there are many upload hosts, and each is used once
      proxy = getProxyForUrl(origin)
      known.set(origin, proxy)
    }
    return proxy
  }
}
