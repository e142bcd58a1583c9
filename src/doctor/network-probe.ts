import { lookup } from 'node:dns/promises'
import { once } from 'node:events'
import http from 'node:http'
import https from 'node:https'
import net, { isIP } from 'node:net'
import tls, { type PeerCertificate } from 'node:tls'
import type { Duplex } from 'node:stream'

/** A failed step in connecting to a host. */
export class ProbeError extends Error {
  override readonly name = 'ProbeError'
  /** The system's error code, such as `ECONNREFUSED`, or `HTTP 407` from a proxy. */
  readonly reason: string

  constructor(reason: string) {
    super(reason)
    this.reason = reason
  }
}

/** A host's certificate. */
export interface TlsResult {
  /**
   * OpenSSL's code for a failed verification, or `ERR_TLS_CERT_ALTNAME_INVALID`; undefined for a valid
   * certificate.
   */
  readonly problem: string | undefined
  readonly issuer: string
  readonly protocol: string
}

/**
 * What is wrong with a certificate, according to OpenSSL's or Node.js' error code: its validity period, its host
 * names or its authority. Undefined for other errors.
 */
export function certificateFault(code: string): 'period' | 'host' | 'authority' | undefined {
  if (/NOT_YET_VALID|EXPIRED/.test(code)) return 'period'
  if (code.includes('ALTNAME')) return 'host'
  return /CERT|SIGNATURE|ISSUER/.test(code) ? 'authority' : undefined
}

/** @throws {ProbeError} */
export async function resolveName(hostname: string): Promise<void> {
  if (isIP(bare(hostname)) !== 0) return
  await asProbe(lookup(hostname, { all: true }))
}

/**
 * Opens a TCP connection, through the proxy (`CONNECT`) if there is one.
 * @throws {ProbeError}
 */
export async function openConnection(target: URL, proxy: string, timeoutMs: number): Promise<Duplex> {
  if (proxy !== '') return openTunnel(target, new URL(proxy), timeoutMs)
  const socket = net.connect(portOf(target), bare(target.hostname))
  return connected(socket, 'connect', timeoutMs)
}

/** @throws {ProbeError} if TLS cannot be established; an invalid certificate is not an error, but part of the result */
export async function inspectTls(connection: Duplex, target: URL, timeoutMs: number): Promise<TlsResult> {
  const host = bare(target.hostname)
  const socket = tls.connect({
    socket: connection,
    host,
    ...(isIP(host) === 0 && { servername: host }),
    // The connection is only inspected: nothing is sent on it.
    rejectUnauthorized: false,
  })
  await connected(socket, 'secureConnect', timeoutMs)
  const { authorizationError } = socket
  const issuer = nameOf(socket.getPeerCertificate().issuer)
  const protocol = socket.getProtocol() ?? 'TLS'
  socket.destroy()
  const problem = (authorizationError as (Error & { code?: string }) | string | undefined) ?? undefined
  return {
    problem: typeof problem === 'object' ? (problem.code ?? problem.message) : problem,
    issuer,
    protocol,
  }
}

async function openTunnel(target: URL, proxy: URL, timeoutMs: number): Promise<Duplex> {
  const authority = `${target.hostname}:${portOf(target)}`
  const { username, password } = proxy
  const credentials = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`)
  const request = (proxy.protocol === 'https:' ? https : http).request({
    host: bare(proxy.hostname),
    port: portOf(proxy),
    method: 'CONNECT',
    path: authority,
    headers: {
      host: authority,
      ...(username && { 'proxy-authorization': `Basic ${credentials.toString('base64')}` }),
    },
    agent: false,
    timeout: timeoutMs,
  })
  request.on('timeout', () => request.destroy(new ProbeError('ETIMEDOUT')))
  request.end()
  const [response, socket] = (await asProbe(once(request, 'connect'))) as [http.IncomingMessage, Duplex]
  if (response.statusCode === 200) return socket
  socket.destroy()
  throw new ProbeError(`HTTP ${response.statusCode ?? 0}`)
}

async function connected<T extends Duplex>(socket: T, event: string, timeoutMs: number): Promise<T> {
  const timer = setTimeout(() => socket.destroy(new ProbeError('ETIMEDOUT')), timeoutMs)
  socket.on('error', () => undefined)
  try {
    // If the peer aborts the TLS handshake, the socket emits only `close`.
    const closed = once(socket, 'close').then(() => Promise.reject(new ProbeError('ECONNRESET')))
    await asProbe(Promise.race([once(socket, event), closed]))
    return socket
  } catch (error) {
    socket.destroy()
    throw error
  } finally {
    clearTimeout(timer)
  }
}

async function asProbe<T>(promise: Promise<T>): Promise<T> {
  try {
    return await promise
  } catch (error) {
    if (error instanceof ProbeError) throw error
    const { code, message } = error as NodeJS.ErrnoException
    throw new ProbeError(code ?? (message === '' ? 'unreachable' : 'a connection error'))
  }
}

function nameOf(issuer: PeerCertificate['issuer'] | undefined): string {
  const [name] = [issuer?.O, issuer?.CN].flat().filter((one) => one !== undefined)
  return (name ?? 'an unknown issuer').slice(0, 100)
}

export function portOf({ port, protocol }: URL): number {
  if (port !== '') return Number(port)
  return protocol === 'https:' || protocol === 'wss:' ? 443 : 80
}

function bare(hostname: string): string {
  return hostname.replace(/^\[(.*)\]$/, '$1')
}
