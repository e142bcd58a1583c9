import { createAttemptSender, type Outcome } from '../../service/upstream/http-attempt.ts'
import { createUpstreamAgents } from '../../service/upstream/upstream-agents.ts'
import { failed, ok, skipped, warning, type Check, type CheckContext, type Finding } from '../check.ts'

const TIMEOUT_MS = 10_000
/** Reserved for documentation (RFC 5737). */
const MADE_UP_ADDRESSES = ['198.51.100.7', '203.0.113.7'] as const

/**
 * Checks, through the public address of the running service, whether the service sees its guests' real addresses:
 * otherwise, limits per address are useless. A forged address must not be accepted, and a proxy's address must not be
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

async function askService(
  url: string,
  { config, serviceUrl }: CheckContext,
  send: ReturnType<typeof createAttemptSender>,
): Promise<Finding> {
  const ask = (path: string, headers: Record<string, string> = {}, body?: string): Promise<Outcome> =>
    send({
      method: body === undefined ? 'GET' : 'POST',
      url: url + path,
      headers,
      body,
      timeoutMs: TIMEOUT_MS,
    })
  // Proxies need not publish `/readyz`, which is for operators.
  const ready = await ask('/readyz')
  const alive = readinessOf(ready) === undefined ? await ask('/healthz') : ready
  const readiness = readinessOf(alive)
  if (readiness === undefined) {
    const reason = alive.kind === 'response' ? `status ${alive.status}` : (alive.systemCode ?? alive.kind)
    const found = `no guest BFF responds at ${url} (${reason})`
    return serviceUrl === undefined
      ? skipped(`${found}: start it, or use --url`)
      : failed(
          found,
          'Start the service, and check --url and the proxies in front. NODE_EXTRA_CA_CERTS can name the file of your own certificate authority.',
        )
  }
  if (readiness.checks?.some(({ name, ok: isGood }) => name === 'trust-proxy' && !isGood)) {
    return failed(
      'a proxy in front sends the guests’ addresses and is not trusted: all guests share one address and its limits',
      'Set TRUST_PROXY to the number of proxies in front, or to their networks.',
    )
  }
  if (config.trustProxy === 0) {
    return readiness.checks === undefined
      ? skipped('in production only `/readyz` on the management port reports whether a proxy sends addresses')
      : ok('no proxy in front sends addresses, and none is trusted')
  }
  const partitions = []
  for (const address of MADE_UP_ADDRESSES) {
    // The body is not JSON, so that no session is opened; the response reports the limits anyway.
    const headers = {
      'content-type': 'application/json',
      'x-forwarded-for': address,
      ...(config.allowedOrigins[0] && { origin: config.allowedOrigins[0].replace('://*.', '://www.') }),
    }
    partitions.push(partitionOf(await ask('/guest-session', headers, '{')))
  }
  const [first, second] = partitions
  if (first === undefined || second === undefined) return warning('the service did not report its limits')
  if (first === second) return ok('an address that the caller invents is ignored')
  return failed(
    'an address that the caller invents is accepted: anyone who sends X-Forwarded-For evades the limits',
    'TRUST_PROXY trusts more proxies than there are: set it to their number, or to their networks. Or --url bypasses the proxy: give the address that browsers use.',
  )
}

/**
 * Undefined if the response is not from this service. In production the service's public address returns only
 * the status.
 */
function readinessOf(outcome: Outcome): { checks?: { name: string; ok: boolean }[] | undefined } | undefined {
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
