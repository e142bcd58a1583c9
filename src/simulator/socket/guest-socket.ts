import type { IncomingMessage, Server } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import { httpBaseOf, targetOf } from '../base-url.ts'
import type { FaultSpec, FaultInjector } from '../inspection/fault-injection.ts'
import { GuestConnection } from './guest-connection.ts'
import { GuestRefusal, missingParameter, refuseTooMany, requestFailed } from './guest-refusal.ts'
import { type GuestAction, type GuestRequest, GuestRequestSchema } from './guest-request.ts'
import { MINUTE_MS, RateWindow } from '../conversation/limits.ts'
import { refusal } from './payloads.ts'
import type { FrameRecord, RequestRecord, WireFrame } from '../inspection/record.ts'
import type { Settings } from '../settings.ts'

export interface GuestSocketParts {
  settings: Settings
  faults: FaultInjector
  frames: FrameRecord
  requests: RequestRecord
  actions: Record<string, GuestAction>
}

/** Genesys: the API gateway's limit for one frame. */
const FRAME_BYTES = 128 * 1024

/** The messaging host: the guests' WebSockets at `/v1`. */
export function createGuestSocket(parts: GuestSocketParts) {
  const { settings, faults, frames, requests } = parts
  const sockets = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    clientTracking: false,
    maxPayload: FRAME_BYTES,
  })
  const connections = new Set<GuestConnection>()
  const opened = new RateWindow(settings.limits.connectionsPerMinute, MINUTE_MS, settings.now)

  async function upgrade(req: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const target = targetOf(req)
    const recorded = { method: 'GET', ...target, headers: req.headers, atMs: settings.now() }
    socket.on('error', () => socket.destroy())
    const spec = faults.forRequest(recorded)
    const status = (spec && (await handshakeFault(spec, socket))) ?? statusOf(target, req.headers.origin)
    requests.add({ ...recorded, status })
    if (status === 0) return
    if (status !== 101) {
      refuseHandshake(socket, status, spec?.headers)
      return
    }
    const baseUrl = httpBaseOf(req, settings)
    sockets.handleUpgrade(req, socket, head, (ws) => accept(ws, baseUrl))
  }

  /** @returns an HTTP status; 101 accepts the guest. An unknown deployment is reported later, in a frame. */
  function statusOf({ path, query }: ReturnType<typeof targetOf>, origin: string | undefined): number {
    if (path !== '/v1') return 404
    if (!query.deploymentId) return 403
    if (!isAllowedOrigin(origin, settings.allowedDomains, settings.allowedDomainMatch)) return 403
    return opened.take() === 0 ? 101 : 429
  }

  function accept(ws: WebSocket, baseUrl: string): void {
    const connection = new GuestConnection(ws, baseUrl, { settings, faults, frames })
    connections.add(connection)
    ws.on('message', (data) => void receive(connection, (data as Buffer).toString('utf8')))
    ws.on('error', () => connection.drop())
    ws.on('close', () => {
      connection.leave()
      connections.delete(connection)
    })
  }

  async function receive(connection: GuestConnection, text: string): Promise<void> {
    const json = parsed(text)
    frames.add({ ...connection.recorded('from-guest', json), ...tokenOf(json) })
    const action = typeof json.action === 'string' ? json.action : undefined
    const spec = action === undefined ? undefined : faults.forReceived(action)
    if (spec && !(await connection.faultOnReceived(spec, json))) return
    try {
      refuseTooMany(connection.requests.take(), 'Request')
      const request = checked(json, connection.token)
      const act = Object.hasOwn(parts.actions, request.action) ? parts.actions[request.action] : undefined
      if (!act) throw requestFailed()
      const working = act(connection, request)
      if (working) await working
    } catch (err) {
      const tracingId = settings.tracingIdOnErrors ? json.tracingId : undefined
      const frame = err instanceof GuestRefusal ? err.toFrame(tracingId) : unexpected(tracingId)
      connection.send(frame, action)
    }
  }

  return { upgrade, connections }
}

export type GuestSocket = ReturnType<typeof createGuestSocket>

/**
 * Routes all of the server's WebSocket handshakes to the guest socket. Java's HttpClient and `curl --http2`
 * send `Upgrade: h2c` with each REST request; a server that does not support it responds in HTTP/1.1 (RFC
 * 9110 section 7.8).
 *
 * @returns a function that cuts all of these connections, including those without a response yet
 */
export function attach(server: Server, guestSocket: GuestSocket): () => void {
  const open = new Set<Duplex>()
  server.on('upgrade', (req, socket, head) => {
    if (req.headers.upgrade?.toLowerCase() !== 'websocket') {
      serveWithoutUpgrade(server, req, socket, head)
      return
    }
    open.add(socket)
    socket.once('close', () => open.delete(socket))
    void guestSocket.upgrade(req, socket, head)
  })
  return () => {
    for (const socket of open) socket.destroy()
  }
}

/** Emits the connection again with an ordinary request, as documented for the `connection` event of Node.js. */
function serveWithoutUpgrade(server: Server, req: IncomingMessage, socket: Duplex, head: Buffer): void {
  const lines = [`${req.method} ${req.url} HTTP/1.1`]
  for (let i = 0; i < req.rawHeaders.length; i += 2) {
    const [name = '', value = ''] = req.rawHeaders.slice(i, i + 2)
    if (!/^(upgrade|connection|http2-settings)$/i.test(name)) lines.push(`${name}: ${value}`)
  }
  socket.unshift(Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), head]))
  server.emit('connection', socket)
}

/**
 * Compares like Genesys' Messenger: only the host name, ignoring case; a domain includes its subdomains
 * (unless `exact`), and an entry with a scheme or port matches nothing. Mobile clients send the host without
 * a scheme.
 */
export function isAllowedOrigin(
  origin: string | undefined,
  allowed: Settings['allowedDomains'],
  match: Settings['allowedDomainMatch'],
): boolean {
  if (allowed === 'all') return true
  if (origin === undefined) return false
  const host = hostOf(origin).toLowerCase()
  return allowed.some((entry) => {
    const domain = entry.toLowerCase()
    return host === domain || (match === 'suffix' && host.endsWith(`.${domain}`))
  })
}

function hostOf(origin: string): string {
  const url = origin.includes('://') ? origin : `https://${origin}`
  return URL.canParse(url) ? new URL(url).hostname : origin
}

function parsed(text: string): WireFrame {
  try {
    const json: unknown = JSON.parse(text)
    return typeof json === 'object' && json !== null ? (json as WireFrame) : {}
  } catch {
    return {}
  }
}

function tokenOf({ token }: WireFrame): { token?: string } {
  return typeof token === 'string' ? { token } : {}
}

/** Uses the connection's configured token if the frame has none, as in the echo that Genesys documents. */
function checked(json: WireFrame, configuredToken: string | undefined): GuestRequest {
  const { token = json.action === 'echo' ? configuredToken : undefined } = json
  const { success, data } = GuestRequestSchema.safeParse({ ...json, token })
  if (success) return data
  if (json.action !== undefined && token === undefined) throw missingParameter('token')
  throw requestFailed()
}

function unexpected(tracingId: string | undefined) {
  return refusal(5000, 'Unexpected error', tracingId)
}

/** @returns the status of a refusal, 0 when there is nothing more to do, undefined to continue as usual */
async function handshakeFault(spec: FaultSpec, socket: Duplex): Promise<number | undefined> {
  if (spec.delayMs !== undefined) await pause(spec.delayMs, undefined, { ref: false })
  if (spec.swallow) return 0
  if (spec.drop || spec.garbage) {
    if (spec.garbage) socket.write('HTTP/1.1 mess\r\n\r\n')
    socket.destroy()
    return 0
  }
  return spec.status
}

const REASONS: Record<number, string> = { 403: 'Forbidden', 404: 'Not Found', 429: 'Too Many Requests' }

function refuseHandshake(socket: Duplex, status: number, headers: Record<string, string> = {}): void {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  socket.end(
    `HTTP/1.1 ${status} ${REASONS[status] ?? 'Refused'}\r\nConnection: close\r\nContent-Length: 0\r\n${lines.join('')}\r\n`,
  )
}
