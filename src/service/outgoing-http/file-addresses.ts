import { lookup as dnsLookup, type LookupAddress, type LookupOptions } from 'node:dns'
import { BlockList, isIP, type LookupFunction } from 'node:net'
import { UpstreamError } from '../errors/upstream-error.ts'
import { parseUrl } from '../urls/parse-url.ts'

/** Decides which file addresses may be used: they come from upstream, and may name any machine. */
export interface FileAddresses {
  /** @throws {UpstreamError} `upstream_bad_response` */
  requireUploadable(url: string, headers: Readonly<Record<string, string>>): void
  /**
   * For an address from which the page's browser loads the file.
   * @throws {UpstreamError} `upstream_bad_response`
   */
  requireDownloadable(url: string): void
  /**
   * Name resolution for addresses that {@link requireUploadable} has accepted: for all but the configured hosts, every
   * lookup returns only public addresses. It does not know the port, which must therefore be checked before.
   */
  readonly lookup: LookupFunction
}

export interface FileAddressesOptions {
  /**
   * The configured origins. They are accepted without a check of their IP addresses, because a simulator may have a
   * loopback address. Other ports of their hosts are not accepted.
   */
  readonly configuredUrls: readonly string[]
  /** Allowed upload hosts: `files.example.com`, or `*.example.com` for subdomains. Empty: any public host. */
  readonly fileHosts?: readonly string[]
}

/** Headers that object stores require: `x-amz-tagging`, `x-goog-…`, `x-ms-blob-type`. */
const UPLOAD_HEADER = /^(content-type|x-(amz|goog|ms)-[a-z0-9-]{1,100})$/i

export function createFileAddresses({ configuredUrls, fileHosts = [] }: FileAddressesOptions): FileAddresses {
  const configured = configuredUrls.map((url) => new URL(url.replace(/^ws/, 'http')))
  const origins = new Set(configured.map(({ origin }) => origin))
  const hostnames = new Set(configured.map(({ hostname }) => bare(hostname)))

  function isFileHost(hostname: string): boolean {
    if (fileHosts.length === 0) return true
    return fileHosts.some((host) =>
      host.startsWith('*.') ? hostname.endsWith(host.slice(1)) : hostname === host.toLowerCase(),
    )
  }

  function parse(text: string, what: string): URL {
    const url = parseUrl(text)
    if (url === undefined) throw badAddress(what, 'It is not a URL.')
    if (url.username || url.password) throw badAddress(what, 'It contains a user name.')
    if (url.protocol !== 'https:' && !origins.has(url.origin)) throw badAddress(what, 'It is not https.')
    return url
  }

  return {
    requireUploadable(text, headers) {
      const url = parse(text, 'to upload a file to')
      const foreign = Object.keys(headers).find((name) => !UPLOAD_HEADER.test(name))
      if (foreign !== undefined)
        throw badAddress('to upload a file to', 'It requires a header that no upload needs.')
      if (origins.has(url.origin)) return
      const hostname = bare(url.hostname)
      if (hostnames.has(hostname))
        throw badAddress('to upload a file to', `No GENESYS_*_URL has its origin, ${url.origin}.`)
      if (!isFileHost(hostname))
        throw badAddress('to upload a file to', `GENESYS_FILE_HOSTS does not name its host, ${hostname}.`)
      if (isIP(hostname) !== 0 && !isPublicAddress(hostname))
        throw badAddress('to upload a file to', 'It is not on the public internet.')
    },
    requireDownloadable(text) {
      parse(text, 'to download a file from')
    },
    lookup(hostname, options, callback) {
      if (hostnames.has(hostname)) dnsLookup(hostname, options, callback)
      else lookupPublic(hostname, options, callback)
    },
  }
}

function bare(hostname: string): string {
  return hostname.replace(/^\[(.*)\]$/, '$1')
}

function badAddress(purpose: string, hint: string): UpstreamError {
  return new UpstreamError(
    'upstream_bad_response',
    `Genesys sent an address ${purpose} that this service does not use.`,
    {
      hint,
    },
  )
}

/** Like `dns.lookup`, but without private addresses: a name's address can change between a check and its use. */
function lookupPublic(
  hostname: string,
  options: LookupOptions,
  callback: Parameters<LookupFunction>[2],
): void {
  dnsLookup(hostname, { ...options, all: true }, (error, addresses) => {
    const open = error ? [] : addresses.filter(({ address }) => isPublicAddress(address))
    const [first] = open
    if (error) callback(error, '', 0)
    else if (!first) callback(notPublicError(hostname), '', 0)
    else if (options.all) callback(null, open satisfies LookupAddress[])
    else callback(null, first.address, first.family)
  })
}

/** Has the same code as for an unknown name, because no connection was made. */
function notPublicError(hostname: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${hostname} has no public address.`), { code: 'ENOTFOUND' })
}

/** IANA's special-purpose registries: private, shared, loopback, link-local, documentation, multicast, reserved. */
const RESERVED_IPV4 = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
] as const
/**
 * Reserved in addition to addresses that are not global unicast: protocol assignments including Teredo,
 * documentation, and 6to4.
 */
const RESERVED_IPV6 = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
] as const

const reserved = new BlockList()
for (const [net, prefix] of RESERVED_IPV4) reserved.addSubnet(net, prefix, 'ipv4')
for (const [net, prefix] of RESERVED_IPV6) reserved.addSubnet(net, prefix, 'ipv6')
const globalUnicast = new BlockList()
globalUnicast.addSubnet('2000::', 3, 'ipv6')

/**
 * @param address an IP address. An IPv6 address must be global unicast; mapped and translated IPv4 addresses are
 * not.
 */
export function isPublicAddress(address: string): boolean {
  if (isIP(address) === 4) return !reserved.check(address, 'ipv4')
  return globalUnicast.check(address, 'ipv6') && !reserved.check(address, 'ipv6')
}
