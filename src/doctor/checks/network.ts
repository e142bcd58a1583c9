import { isLoopback } from '../../service/settings/encryption.ts'
import { HOST_VARIABLES } from '../../service/settings/genesys-settings.ts'
import { createProxyFinder } from '../../service/outgoing-http/outbound-proxy.ts'
import { failed, listed, ok, skipped, type Check, type CheckContext } from '../check.ts'
import {
  certificateFault,
  inspectTls,
  openConnection,
  ProbeError,
  resolveName,
  type TlsResult,
} from '../network-probe.ts'
import { parseUrl } from '../../service/urls/parse-url.ts'

interface Target {
  readonly url: URL
  /** The settings that contain this address. */
  readonly settings: string[]
  /** `''` for a direct connection. */
  readonly proxy: string
}

/** Each of Genesys' hosts, once. */
function targetsOf({ config }: CheckContext): Target[] {
  const proxyFor = createProxyFinder()
  const byOrigin = new Map<string, Target>()
  for (const [host, name] of HOST_VARIABLES) {
    const url = new URL(config.genesys.hosts[host])
    const settings = config.genesys.region === undefined ? [name] : ['GENESYS_REGION', name]
    const origin = url.origin === 'null' ? `${url.protocol}//${url.host}` : url.origin
    const known = byOrigin.get(origin)
    if (known === undefined) byOrigin.set(origin, { url, settings, proxy: proxyFor(url) })
    else known.settings.push(name)
  }
  return [...byOrigin.values()]
}

/** A proxy's address without its credentials. */
function proxyHost(proxy: string): string {
  return parseUrl(proxy)?.host ?? 'an address that is not a URL'
}

/** Probes all items, and returns those that failed, each with the reason. */
async function failures<T extends { readonly host: string }>(
  items: readonly T[],
  probe: (item: T) => Promise<unknown>,
): Promise<(T & { readonly reason: string })[]> {
  const results = await Promise.all(
    items.map(async (item) => {
      try {
        await probe(item)
        return undefined
      } catch (error) {
        if (!(error instanceof ProbeError)) throw error
        return { ...item, reason: error.reason }
      }
    }),
  )
  return results.filter((result) => result !== undefined)
}

const sentence = (found: readonly { readonly host: string; readonly reason: string }[]): string =>
  listed(found.map(({ host, reason }) => `${host} (${reason})`))

const dns: Check = {
  name: 'dns',
  needs: [],
  async run(context) {
    const targets = targetsOf(context)
    const direct = targets.filter(({ proxy }) => proxy === '')
    const proxies = [...new Set(targets.map(({ proxy }) => proxy))].flatMap((proxy) => parseUrl(proxy) ?? [])
    const names = [
      ...direct.map(({ url, settings }) => ({ host: url.hostname, settings })),
      ...proxies.map((proxy) => ({ host: proxy.hostname, settings: ['HTTPS_PROXY', 'HTTP_PROXY'] })),
    ]
    const bad = await failures(names, ({ host }) => resolveName(host))
    if (bad.length === 0) return ok(`${listed(names.map(({ host }) => host))} can be resolved`)
    return failed(
      `no address for ${sentence(bad)}`,
      `Check ${listed([...new Set(bad.flatMap(({ settings }) => settings))])}, and this machine's name server; if only a proxy resolves names, set HTTPS_PROXY.`,
    )
  },
}

const proxy: Check = {
  name: 'outbound proxy',
  needs: ['dns'],
  async run(context) {
    const targets = targetsOf(context).filter(({ proxy }) => proxy !== '')
    if (targets.length === 0) return ok('none: the environment sets none for these hosts')
    const tunnels = targets.map((target) => ({ ...target, host: target.url.host }))
    const unusable = tunnels.find(({ proxy }) => parseUrl(proxy) === undefined)
    if (unusable)
      return failed('the proxy in the environment is not a URL', 'Check HTTPS_PROXY and HTTP_PROXY.')
    const bad = await failures(tunnels, async ({ url, proxy: address }) => {
      const connection = await openConnection(url, address, context.config.upstreamTimeoutMs)
      connection.destroy()
    })
    const hosts = listed(tunnels.map(({ proxy: address }) => proxyHost(address)))
    if (bad.length === 0) return ok(`${hosts} connects to ${listed(tunnels.map(({ host }) => host))}`)
    return failed(`${hosts} does not connect to ${sentence(bad)}`, proxyFix(bad.map(({ reason }) => reason)))
  },
}

function proxyFix(reasons: readonly string[]): string {
  if (reasons.includes('HTTP 407'))
    return 'The proxy requires credentials: HTTPS_PROXY=http://user:password@host:port.'
  if (reasons.some((reason) => reason.startsWith('HTTP ')))
    return "Allow CONNECT to Genesys' hosts in the proxy, or list them in NO_PROXY if they are reached directly."
  return 'Check the address in HTTPS_PROXY and HTTP_PROXY, or list hosts that are reached directly in NO_PROXY.'
}

const connection: Check = {
  name: 'connection',
  needs: ['outbound proxy'],
  async run(context) {
    const targets = targetsOf(context).filter((target) => target.proxy === '')
    if (targets.length === 0) return ok('all hosts are reached through the proxy')
    const hosts = targets.map((target) => ({ ...target, host: target.url.host }))
    const bad = await failures(hosts, async ({ url }) => {
      const socket = await openConnection(url, '', context.config.upstreamTimeoutMs)
      socket.destroy()
    })
    if (bad.length === 0) {
      return ok(`${listed(hosts.map(({ host }) => host))} can be reached${notGenesysCloud(hosts)}`)
    }
    const settings = listed([...new Set(bad.flatMap((each) => each.settings))])
    const fix = bad.every(({ reason }) => reason === 'ECONNREFUSED')
      ? `Nothing listens at ${listed(bad.map(({ host }) => host))}: check host and port in ${settings}.`
      : `Allow this machine to connect to port 443 on Genesys' hosts, or set HTTPS_PROXY; check ${settings}.`
    return failed(`no connection to ${sentence(bad)}`, fix)
  },
}

/** States which of the hosts are this machine, such as a simulator. */
function notGenesysCloud(targets: readonly Target[]): string {
  const here = targets.filter(({ url }) => isLoopback(url.hostname))
  if (here.length === 0) return ''
  return `; ${listed(here.map(({ url }) => url.host))} is this machine, and not Genesys Cloud`
}

const certificates: Check = {
  name: 'tls',
  needs: ['connection'],
  async run(context) {
    const targets = targetsOf(context).filter(({ url }) => /^(https|wss):$/.test(url.protocol))
    if (targets.length === 0) return skipped('the configured addresses have no TLS')
    const hosts = targets.map((target) => ({ ...target, host: target.url.host }))
    const seen: TlsResult[] = []
    const bad = await failures(hosts, async ({ url, proxy: address }) => {
      const timeoutMs = context.config.upstreamTimeoutMs
      const result = await inspectTls(await openConnection(url, address, timeoutMs), url, timeoutMs)
      if (result.problem !== undefined) throw new ProbeError(`${result.problem}, issued by ${result.issuer}`)
      seen.push(result)
    })
    if (bad.length === 0) {
      const issuers = [...new Set(seen.map(({ issuer, protocol }) => `${issuer} (${protocol})`))]
      return ok(
        `the certificates of ${listed(hosts.map(({ host }) => host))} are valid; issued by ${listed(issuers)}`,
      )
    }
    return failed(`no trusted connection to ${sentence(bad)}`, tlsFix(bad.map(({ reason }) => reason).join()))
  },
}

function tlsFix(reasons: string): string {
  switch (certificateFault(reasons)) {
    case 'period':
      return "Check this machine's clock. If it is right, the certificate must be renewed."
    case 'host':
      return "The host presents another host's certificate: check GENESYS_REGION and the GENESYS_…_URL variables."
    case 'authority':
      return 'Something intercepts TLS here, or Genesys is behind a host of your own: set NODE_EXTRA_CA_CERTS to a file with its certificate authority.'
    case undefined:
      return 'The port does not speak TLS: check the scheme and port of the GENESYS_…_URL variables, and the proxy.'
  }
}

export const NETWORK_CHECKS: readonly Check[] = [dns, proxy, connection, certificates]
