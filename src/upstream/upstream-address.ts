import { isIP } from 'node:net'

/** One host to call: the parts that `http.request` wants, and what it would work out of them for each call. */
export interface UpstreamOrigin {
  readonly protocol: 'http:' | 'https:'
  readonly hostname: string
  readonly port: number | undefined
  /** `Host`: with brackets around IPv6, and without the usual port. */
  readonly hostHeader: string
  /** Server Name Indication of TLS, which no bare IP address may be; then `''`. */
  readonly servername: string
  /** `scheme://host:port`: which kept-alive connections are for it. */
  readonly name: string
}

/** Where a request goes. */
export interface UpstreamAddress {
  readonly origin: UpstreamOrigin
  /** Path and query, in the form that goes over the wire. */
  readonly path: string
}

const ORIGINS_REMEMBERED = 100
const origins = new Map<string, UpstreamOrigin>()
/** Most addresses are of the same host as the one before. */
let latest: { readonly text: string; readonly origin: UpstreamOrigin } | undefined

/**
 * Splits an address without parsing all of it for each call: the origin is parsed once and remembered.
 * Returns undefined for an address that is not plainly `http(s)://host[:port]/path[?query]`.
 */
export function upstreamAddress(url: string): UpstreamAddress | undefined {
  if (latest && url.startsWith(latest.text) && url[latest.text.length] === '/') {
    return withPath(latest.origin, url.slice(latest.text.length))
  }
  const hostAt = url.indexOf('://') + 3
  const pathAt = url.indexOf('/', hostAt)
  if (hostAt < 3 || pathAt < 0) return undefined
  const text = url.slice(0, pathAt)
  const origin = rememberedOrigin(text)
  if (!origin) return undefined
  latest = { text, origin }
  return withPath(origin, url.slice(pathAt))
}

function withPath(origin: UpstreamOrigin, path: string): UpstreamAddress | undefined {
  // No space, no control character, no '#'.
  return /^[\x21\x22\x24-\x7e]+$/.test(path) ? { origin, path } : undefined
}

function rememberedOrigin(text: string): UpstreamOrigin | undefined {
  const known = origins.get(text)
  if (known) return known
  const origin = parseOrigin(text)
  if (!origin) return undefined
  if (origins.size >= ORIGINS_REMEMBERED) origins.clear() // upload hosts are many, and each is used once
  origins.set(text, origin)
  return origin
}

function parseOrigin(text: string): UpstreamOrigin | undefined {
  // The parser drops white space at both ends, which would be in the middle of the whole address.
  if (/\s/.test(text) || !URL.canParse(text)) return undefined
  const url = new URL(text)
  const { protocol, host, port, username, password, pathname, search, hash } = url
  if (protocol !== 'http:' && protocol !== 'https:') return undefined
  if (username || password || search || hash || pathname !== '/') return undefined
  const hostname = url.hostname.replace(/^\[(.*)\]$/, '$1') // node:http wants IPv6 addresses without brackets
  return {
    protocol,
    hostname,
    port: port ? Number(port) : undefined,
    hostHeader: host,
    servername: isIP(hostname) ? '' : hostname,
    name: `${protocol}//${host}`,
  }
}

/**
 * One segment of a path, from an id that somebody else chose. It can change neither the path around it
 * nor the host. Undefined for what is no sane id: empty, over 200 characters, `.` or `..`, with control
 * characters or half a surrogate pair.
 */
export function pathSegment(id: string): string | undefined {
  if (/^[\w-]{1,200}$/.test(id)) return id // as almost all are
  if (id === '' || id.length > 200 || id === '.' || id === '..') return undefined
  if (/[\p{Control}\p{Surrogate}]/u.test(id)) return undefined
  return encodeURIComponent(id)
}
