import { BlockList, isIP, isIPv6 } from 'node:net'
import type { Request, RequestHandler } from 'express'
import { Address6 } from 'ip-address'

/** The proxies whose forwarded client addresses are accepted: the number of proxies, or their networks. */
export type TrustedProxies = number | readonly string[]

/** One subscriber usually has a whole /64 of IPv6 addresses. */
const IPV6_SUBNET = 64
/** IPv4-compatible IPv6 addresses, such as `::203.0.113.7`, which are deprecated. */
const IPV4_COMPATIBLE = new Address6('::/96')

/**
 * For Express's `trust proxy` setting. Hop 0 is the one nearest to the service. An address may have a port and
 * brackets, because some gateways add them.
 */
export function createProxyTrust(trusted: TrustedProxies): (address: string, hop: number) => boolean {
  if (typeof trusted === 'number') return (_address, hop) => hop < trusted
  const networks = new BlockList()
  for (const network of trusted) addNetwork(networks, network)
  return (address) => {
    const ip = plainAddress(address)
    return isIP(ip) !== 0 && networks.check(ip, isIPv6(ip) ? 'ipv6' : 'ipv4')
  }
}

/** Whether the text is an address, or a network in CIDR notation. */
export function isNetwork(text: string): boolean {
  const [ip = '', bits, ...more] = text.split('/')
  const version = isIP(ip)
  if (version === 0 || more.length > 0) return false
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 6 ? 128 : 32))
}

export function addNetwork(networks: BlockList, text: string): void {
  const [ip = '', bits] = text.split('/')
  const type = isIPv6(ip) ? 'ipv6' : 'ipv4'
  networks.addSubnet(ip, Number(bits ?? (type === 'ipv6' ? 128 : 32)), type)
}

/** Cached, because guards, limits and the log all need the address. */
const addressKeys = new WeakMap<Request, string>()

/** The client's address as the limits use it: an IPv4 address, or the network of an IPv6 address. */
export function addressKey(req: Request): string {
  let key = addressKeys.get(req)
  if (key === undefined) addressKeys.set(req, (key = addressKeyOf(req)))
  return key
}

function addressKeyOf(req: Request): string {
  return addressGroup(req.ip ?? '')
}

/**
 * An IPv4 address unchanged, or the network of an IPv6 address. All other texts are one group: a client that bypasses a
 * trusted proxy can send any number of them in `X-Forwarded-For`.
 */
export function addressGroup(address: string): string {
  const ip = plainAddress(address)
  if (isIPv6(ip)) return ipv6Key(ip)
  return isIP(ip) === 0 ? '' : ip
}

function ipv6Key(ip: string): string {
  const address = new Address6(ip)
  if (address.isMapped4() || (address.is4() && address.isInSubnet(IPV4_COMPATIBLE)))
    return address.to4().correctForm()
  return new Address6(`${ip}/${IPV6_SUBNET}`).networkForm()
}

/** Returns `203.0.113.7` for `203.0.113.7:4711` and `::ffff:203.0.113.7`, and `2001:db8::1` for `[2001:db8::1]:4711`. */
export function plainAddress(text: string): string {
  const bare = /^\[([^\]]+)\](?::\d+)?$/.exec(text)?.[1] ?? /^([\d.]+):\d+$/.exec(text)?.[1] ?? text
  return /^::ffff:([\d.]+)$/i.exec(bare)?.[1] ?? bare
}

const FORWARDING_HEADERS = ['x-forwarded-for', 'forwarded', 'x-real-ip'] as const

/**
 * Calls `notify` once if a proxy forwards clients' addresses although no proxy is trusted: all guests then
 * share the proxy's address.
 */
export function noticeUntrustedProxy(notify: (header: string) => void): RequestHandler {
  let isReported = false
  return ({ headers }, _res, next) => {
    const header = isReported ? undefined : FORWARDING_HEADERS.find((name) => headers[name] !== undefined)
    if (header !== undefined) {
      isReported = true
      notify(header)
    }
    next()
  }
}
