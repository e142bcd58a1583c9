import { getPublicSuffix } from 'tldts'
import { parseUrl } from './parse-url.ts'

/** One entry of the allowlist: an exact origin, or all subdomains of a domain. */
export interface OriginPattern {
  /**
   * What is wrong with the entry and what to write instead, as the end of a sentence; undefined for a valid
   * entry.
   */
  readonly problem?: string
  readonly matches: (origin: string) => boolean
}

const never = () => false

/**
 * Parses `https://www.example.com`, `http://localhost:8080` or `https://*.example.com` (any depth of
 * subdomain, not the domain itself). Scheme, host and port are compared; default ports are implied. The
 * wildcard `*` and `null` are refused: they would allow every page.
 */
export function parseOriginPattern(text: string): OriginPattern {
  if (text === '*') return { problem: 'would allow every website; name each one', matches: never }
  if (text === 'null')
    return { problem: 'is the origin of sandboxed and local pages; name each website', matches: never }
  const wildcard = /^(https?:\/\/)\*\.(.+)$/.exec(text)
  const origin = wildcard ? `${wildcard[1] ?? ''}${wildcard[2] ?? ''}` : text
  const url = parseUrl(origin)
  if (url === undefined || !/^https?:\/\//.test(origin) || origin.includes('*')) {
    const problem =
      parseUrl(`https://${text}`) && /^[\w.-]+(:\d+)?$/.test(text)
        ? `has no scheme; write \`https://${text}\``
        : 'is not an origin; write scheme and host, such as `https://www.example.com`'
    return { problem, matches: never }
  }
  const { protocol, host, origin: normal, pathname, search, hash, username } = url
  if (pathname !== '/' || search !== '' || hash !== '' || username !== '' || origin.endsWith('/')) {
    const extra =
      pathname === '/' && search + hash + username === ''
        ? 'ends with a slash'
        : pathname === '/'
          ? 'must be only scheme, host and port'
          : 'has a path'
    return { problem: `${extra}; write \`${wildcard ? `${protocol}//*.${host}` : normal}\``, matches: never }
  }
  if (!wildcard) return { matches: (candidate) => candidate === normal }
  if (!host.replace(/:\d+$/, '').includes('.')) {
    return {
      problem: 'covers a whole top-level domain; put the wildcard below your own domain',
      matches: never,
    }
  }
  const prefix = `${protocol}//`
  const suffix = `.${host}`
  return {
    matches: (candidate) =>
      candidate.startsWith(prefix) &&
      candidate.endsWith(suffix) &&
      /^[a-z0-9-]+(\.[a-z0-9-]+)*$/.test(candidate.slice(prefix.length, -suffix.length)),
  }
}

/**
 * The public suffix that a wildcard covers, such as `github.io` or `co.uk`: unrelated parties have websites
 * under it.
 */
export function publicSuffixOf(pattern: string): string | undefined {
  const wildcard = /^https?:\/\/\*\.([^/:]+)/.exec(pattern)
  const domain = wildcard?.[1]?.toLowerCase()
  return domain !== undefined && getPublicSuffix(domain, { allowPrivateDomains: true }) === domain
    ? domain
    : undefined
}
