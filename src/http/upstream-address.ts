/** Where a request goes: the parts that `http.request` wants. */
export interface UpstreamAddress {
  readonly protocol: 'http:' | 'https:'
  readonly hostname: string
  readonly port: number | undefined
  /** Path and query, in the form that goes over the wire. */
  readonly path: string
}

type Origin = Omit<UpstreamAddress, 'path'>

const ORIGINS_REMEMBERED = 100
const origins = new Map<string, Origin>()

/**
 * Splits an address without parsing all of it for each call: the origin is parsed once and remembered.
 * Returns undefined for an address that is not plainly `http(s)://host[:port]/path[?query]`.
 */
export function upstreamAddress(url: string): UpstreamAddress | undefined {
  const hostAt = url.indexOf('://') + 3
  const pathAt = url.indexOf('/', hostAt)
  if (hostAt < 3 || pathAt < 0) return undefined
  const path = url.slice(pathAt)
  if (!/^[\x21\x22\x24-\x7e]+$/.test(path)) return undefined // no space, no control character, no '#'
  const origin = rememberedOrigin(url.slice(0, pathAt))
  return origin && { protocol: origin.protocol, hostname: origin.hostname, port: origin.port, path }
}

function rememberedOrigin(text: string): Origin | undefined {
  const known = origins.get(text)
  if (known) return known
  const origin = parseOrigin(text)
  if (!origin) return undefined
  if (origins.size >= ORIGINS_REMEMBERED) origins.clear() // upload hosts are many, and each is used once
  origins.set(text, origin)
  return origin
}

function parseOrigin(text: string): Origin | undefined {
  // The parser drops white space at both ends, which would be in the middle of the whole address.
  if (/\s/.test(text) || !URL.canParse(text)) return undefined
  const { protocol, hostname, port, username, password, pathname, search, hash } = new URL(text)
  if (protocol !== 'http:' && protocol !== 'https:') return undefined
  if (username || password || search || hash || pathname !== '/') return undefined
  return {
    protocol,
    hostname: hostname.replace(/^\[(.*)\]$/, '$1'), // node:http wants IPv6 addresses without brackets
    port: port ? Number(port) : undefined,
  }
}

/**
 * One segment of a path, from an id that somebody else chose. It can change neither the path around it
 * nor the host. Undefined for what is no sane id: empty, over 200 characters, `.` or `..`, with control
 * characters or half a surrogate pair.
 */
export function pathSegment(id: string): string | undefined {
  if (id === '' || id.length > 200 || id === '.' || id === '..') return undefined
  if (/[\p{Control}\p{Surrogate}]/u.test(id)) return undefined
  return encodeURIComponent(id)
}
