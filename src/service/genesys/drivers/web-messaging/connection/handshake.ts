import http from 'node:http'
import https from 'node:https'
import { createSecureContext } from 'node:tls'
import { HttpsProxyAgent } from 'https-proxy-agent'
import { WebSocket } from 'ws'
import { monotonicNow } from '../../../../time/monotonic-now.ts'
import { createProxyFinder } from '../../../../outgoing-http/outbound-proxy.ts'
import { parseRetryAfter } from '../../../../outgoing-http/retry.ts'
import type { ErrorFacts } from '../../../../errors/coded-error.ts'
import { unreachableHint } from '../../../../outgoing-http/upstream-failure.ts'
import { UpstreamError } from '../../../../errors/upstream-error.ts'

export interface HandshakeOptions {
  /** `wss://webmessaging.<domain>`, with or without `/v1`. */
  readonly messagingUrl: string
  readonly deploymentId: string
  /** Name and version of this client, as Genesys sees them. */
  readonly application: string
  readonly handshakeTimeoutMs: number
}

/** The largest frames are cards of a few KB; files are never sent over the socket. */
const MAX_FRAME_BYTES = 1024 * 1024
const CLOSE_TIMEOUT_MS = 2_000

/** @throws {TypeError} if the address is not a URL, or the origin is not a valid header value. */
export type OpenWebSocket = (origin: string | undefined) => WebSocket

/** @throws {TypeError} if the address is not a URL. */
export function createWebSocketOpener(options: HandshakeOptions): OpenWebSocket {
  const url = socketUrl(options)
  const settings = {
    perMessageDeflate: false,
    maxPayload: MAX_FRAME_BYTES,
    handshakeTimeout: options.handshakeTimeoutMs,
    closeTimeout: CLOSE_TIMEOUT_MS,
    agent: handshakeAgent(url),
    headers: { 'User-Agent': options.application },
  }
  // Genesys: every client sends an Origin; the mobile SDK, which has none, sends the socket's host.
  return (origin = url.hostname) => new WebSocket(url, { ...settings, origin })
}

function socketUrl({ messagingUrl, deploymentId, application }: HandshakeOptions): URL {
  const url = new URL(messagingUrl)
  if (!url.pathname.endsWith('/v1')) url.pathname = `${url.pathname.replace(/\/$/, '')}/v1`
  url.searchParams.set('deploymentId', deploymentId)
  url.searchParams.set('application', application)
  return url
}

/** One TLS context for all sockets. Each guest has a separate connection, so none is kept for reuse. */
function handshakeAgent(url: URL): http.Agent {
  const proxy = createProxyFinder()(url)
  if (proxy) return new HttpsProxyAgent(proxy, { keepAlive: false })
  return url.protocol === 'wss:'
    ? new https.Agent({ keepAlive: false, secureContext: createSecureContext() })
    : new http.Agent({ keepAlive: false })
}

/** @param failure the error code from the operating system or the TLS library, such as `ENOTFOUND`. */
export function noConnectionError(socketUrl: string, failure: string | undefined): UpstreamError {
  const facts = failure === undefined ? {} : { hint: unreachableHint(new URL(socketUrl).host, failure) }
  return new UpstreamError('upstream_unavailable', 'No connection to Genesys', facts)
}

/**
 * The error for Genesys' HTTP response to a handshake. The cause of a 403 is the deployment, its allowed
 * domains or a feature toggle.
 */
export function handshakeError(
  { statusCode: status = 0, headers }: http.IncomingMessage,
  deploymentId: string,
  origin: string | undefined,
): UpstreamError {
  const facts: ErrorFacts = { status }
  const retryAfterSeconds = parseRetryAfter(headers['retry-after'], monotonicNow())
  if (retryAfterSeconds !== undefined) facts.retryAfterSeconds = retryAfterSeconds
  if (status === 429) {
    return new UpstreamError('upstream_rate_limited', 'Genesys limits the rate of new connections', facts)
  }
  if (status === 408 || status >= 500) {
    return new UpstreamError('upstream_unavailable', 'Genesys is not accepting connections', facts)
  }
  if (status === 400 || status === 401 || status === 403 || status === 404) {
    return new UpstreamError('deployment_not_usable', 'Genesys refused the connection', {
      ...facts,
      hint:
        `The deployment ${deploymentId} must be active in this region, and its allowed domains must ` +
        (origin === undefined ? 'allow a caller without an origin.' : `contain the domain of ${origin}.`) +
        (status === 401 || status === 403
          ? ' If the organization has a list of allowed IP addresses, the address of this machine must be in it.'
          : ''),
    })
  }
  return new UpstreamError('upstream_bad_response', 'Genesys sent an unexpected response to the handshake', {
    ...facts,
    hint: 'Check that GENESYS_MESSAGING_URL is the address of the guest socket.',
  })
}
