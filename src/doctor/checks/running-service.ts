import type { Config } from '../../service/settings/config.ts'
import {
  createAttemptSender,
  type Outcome,
  type SendAttempt,
} from '../../service/outgoing-http/http-attempt.ts'
import { createUpstreamAgents } from '../../service/outgoing-http/upstream-agents.ts'
import { hostInUrl } from '../../service/urls/host-in-url.ts'
import { failed, ok, skipped, warning, type Check, type CheckContext, type Finding } from '../check.ts'
import { certificateFault } from '../network-probe.ts'

const TIMEOUT_MS = 10_000
/** Reserved for documentation (RFC 5737). */
const MADE_UP_ADDRESSES = ['198.51.100.7', '203.0.113.7'] as const

/**
 * Checks, through the running service's public address, whether the service sees its guests' real addresses. If it does
 * not, limits per address are useless. A forged address must not be accepted, and a proxy's address must not be
 * used for all guests.
 */
export const forwardedHeaders: Check = {
  name: 'forwarded headers',
  needs: [],
  async run(context) {
    const { config, serviceUrl } = context
    const url = serviceUrl ?? config.publicUrl
    if (url === '') return skipped('use --url with the address of the running service, or set PUBLIC_URL')
    const agents = createUpstreamAgents({ maxSockets: 2 })
    try {
      return await askService(url, context, createAttemptSender(agents))
    } finally {
      agents.close()
    }
  },
}

const get = (send: SendAttempt, url: string): Promise<Outcome> =>
  send({ method: 'GET', url, headers: {}, body: undefined, timeoutMs: TIMEOUT_MS })

async function askService(
  url: string,
  { config, serviceUrl }: CheckContext,
  send: SendAttempt,
): Promise<Finding> {
  // Proxies need not publish `/readyz`, which is for operators.
  const ready = await get(send, `${url}/readyz`)
  const alive = readinessOf(ready) === undefined ? await get(send, `${url}/healthz`) : ready
  const readiness = readinessOf(alive)
  if (readiness === undefined) return noResponse(url, alive, serviceUrl !== undefined)
  if (reportsUntrustedProxy(readiness)) return UNTRUSTED_PROXY
  if (config.trustProxy !== 0) return sendMadeUpAddresses(url, config, send)
  return readiness.checks === undefined ? askLocalService(url, config) : ok(NO_PROXY)
}

/** @param isRequested whether the doctor's option `--url` names the service, which must then be running */
function noResponse(url: string, outcome: Outcome, isRequested: boolean): Finding {
  const reason = reasonOf(outcome)
  const fault = certificateFault(reason)
  if (fault !== undefined) {
    const found = `the certificate of ${url} is not valid here (${reason})`
    return (isRequested ? failed : warning)(found, CERTIFICATE_FIXES[fault])
  }
  const found = `no guest BFF responds at ${url} (${reason})`
  return isRequested
    ? failed(found, 'Start the service, and check --url and the proxies in front.')
    : skipped(`${found}: start it, or use --url`)
}

const CERTIFICATE_FIXES = {
  period: "Check this machine's clock. If it is right, the certificate must be renewed.",
  host: 'The certificate belongs to another host: check PUBLIC_URL or --url, and the proxies in front.',
  authority:
    'If the certificate is from your own certificate authority, set NODE_EXTRA_CA_CERTS, in front of the command, to a file with that authority’s certificate. Otherwise, browsers reject the certificate too.',
} as const

const NO_PROXY = 'no proxy in front sends addresses, and none is trusted'
const UNTRUSTED_PROXY = failed(
  'a proxy in front sends the guests’ addresses and is not trusted: all guests share one address and its limits',
  'Set TRUST_PROXY to the number of proxies in front, or to their networks.',
)

/**
 * In production, a service returns its checks only on its management port. By now, a request has passed through the
 * proxies in front, so the service knows whether they send addresses.
 */
async function askLocalService(publicUrl: string, config: Config): Promise<Finding> {
  const url = localUrlOf(config)
  const unknown = `whether a proxy in front sends the guests’ addresses is unknown: ${publicUrl} does not report it`
  const fix =
    'Run the doctor where the service runs, or request `/readyz` on the management port: the check `trust-proxy` fails if a proxy is not trusted.'
  if (url === undefined) return warning(unknown, fix)
  // The environment's proxy is for Genesys, and does not reach this machine.
  const agents = createUpstreamAgents({ maxSockets: 1, proxyFor: () => '' })
  try {
    const outcome = await get(createAttemptSender(agents), `${url}/readyz`)
    const readiness = readinessOf(outcome)
    if (readiness?.checks === undefined)
      return warning(`${unknown}, and no guest BFF responds at ${url} (${reasonOf(outcome)})`, fix)
    return reportsUntrustedProxy(readiness) ? UNTRUSTED_PROXY : ok(`${NO_PROXY}, according to ${url}/readyz`)
  } finally {
    agents.close()
  }
}

/** Where a service on this machine returns its checks; undefined if the operating system chooses the port. */
function localUrlOf({ host, port, managementPort }: Config): string | undefined {
  const listening = managementPort ?? port
  if (listening === 0) return undefined
  const reachable = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host
  return `http://${hostInUrl(reachable)}:${listening}`
}

/** Checks whether the service accepts an address that its caller has invented. */
async function sendMadeUpAddresses(url: string, config: Config, send: SendAttempt): Promise<Finding> {
  const partitions = []
  for (const address of MADE_UP_ADDRESSES) {
    // The body is not JSON, so that no session is opened; the response reports the limits anyway.
    const headers = {
      'content-type': 'application/json',
      'x-forwarded-for': address,
      ...(config.allowedOrigins[0] && { origin: config.allowedOrigins[0].replace('://*.', '://www.') }),
    }
    const request = { method: 'POST', url: `${url}/guest-session`, headers, body: '{', timeoutMs: TIMEOUT_MS }
    partitions.push(partitionOf(await send(request)))
  }
  const [first, second] = partitions
  if (first === undefined || second === undefined) return warning('the service did not report its limits')
  if (first === second) return ok('an address that the caller invents is ignored')
  return failed(
    'an address that the caller invents is accepted: anyone who sends X-Forwarded-For evades the limits',
    'TRUST_PROXY trusts more proxies than there are: set it to their number, or to their networks. Or --url bypasses the proxy: give the address that browsers use.',
  )
}

interface ReadinessBody {
  /** Undefined at the public address of a service in production, which returns only the status. */
  readonly checks: { name: string; ok: boolean }[] | undefined
}

function reportsUntrustedProxy({ checks = [] }: ReadinessBody): boolean {
  return checks.some(({ name, ok: isGood }) => name === 'trust-proxy' && !isGood)
}

function reasonOf(outcome: Outcome): string {
  return outcome.kind === 'response' ? `status ${outcome.status}` : (outcome.systemCode ?? outcome.kind)
}

/** Undefined if the response is not from this service. */
function readinessOf(outcome: Outcome): ReadinessBody | undefined {
  if (outcome.kind !== 'response') return undefined
  try {
    const { status, checks } = JSON.parse(outcome.body) as { status?: unknown; checks?: unknown }
    if (typeof status !== 'string') return undefined
    return { checks: Array.isArray(checks) ? (checks as { name: string; ok: boolean }[]) : undefined }
  } catch {
    return undefined
  }
}

/** The caller's key in the limits (`pk` of RateLimit-Policy). */
function partitionOf(outcome: Outcome): string | undefined {
  if (outcome.kind !== 'response') return undefined
  const policy = String(outcome.message.headers['ratelimit-policy'] ?? '')
  const ofSessions = policy.split(',').find((limit) => limit.includes('"sessions";')) ?? ''
  return /pk=:([^:]+):/.exec(ofSessions)?.[1]
}
