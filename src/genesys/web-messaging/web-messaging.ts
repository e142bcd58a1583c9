import type { UpstreamClient } from '../../upstream/upstream-client.ts'
import type { AccessToken } from '../oauth/access-token.ts'
import type { Capability, Guest, GuestApi, GuestEventListener } from '../guest-api.ts'
import { createMessageSending } from './operations/send-message.ts'
import { createDeploymentConfig } from './operations/deployment-config.ts'
import { createAttachments } from './operations/attachments.ts'
import { ConnectionRateLimiter } from './connection/connection-rate-limiter.ts'
import { createGuestConnections, type GuestConnections } from './connection/guest-connections.ts'
import { createSessionLifecycle } from './operations/session-lifecycle.ts'
import { createSessionReader } from './connection/guest-session.ts'
import { createGuestSockets } from './connection/guest-socket.ts'
import { createHistory, type History } from './operations/history.ts'
import { createParticipantAttributes } from './operations/participant-attributes.ts'
import { createSignIn } from './operations/sign-in.ts'
import { createTokenOperations } from './operations/token-operations.ts'

export interface WebMessagingOptions {
  readonly deploymentId: string
  /** `wss://webmessaging.<domain>`; `/v1` is added where it is missing. */
  readonly messagingUrl: string
  /** `https://api.<domain>` */
  readonly apiUrl: string
  /** `https://api-cdn.<domain>` */
  readonly cdnUrl: string
  readonly api: UpstreamClient
  readonly cdn: UpstreamClient
  /** For attachments: the object store is another dependency than the API. */
  readonly files: UpstreamClient
  /** Our OAuth token, where there is one: then attributes can be written without a message. */
  readonly accessToken?: AccessToken | undefined
  /** Whether guests may sign in with the deployment's OpenID provider. Default false. */
  readonly signIn?: boolean
  /** Our name and version, as Genesys sees it. Default `genesys-guest-bff`. */
  readonly application?: string
  /** Default 10 s. */
  readonly handshakeTimeoutMs?: number
  /** How long the socket of a guest whom nobody needs stays open. Default 30 s. */
  readonly idleMs?: number
  /** Default 20 s: a socket that is silent from one ping to the next is dead. */
  readonly pingMs?: number
  /** After how long a silence of ours an `echo` goes out, in ms. At least 45 s; default 4 minutes. */
  readonly echoMs?: number
  /** Connections of guests who only listen, in a minute. Default 1000, the platform's limit for a deployment. */
  readonly connectionsPerMinute?: number
  /** Told of frames that could not be used, without their contents. */
  readonly onUnrecognizedFrame?: (what: string) => void
  /** Told what an operator could mend where the guest is served nevertheless. */
  readonly onHint?: (hint: string) => void
  readonly now?: () => number
  readonly random?: () => number
}

const HANDSHAKE_TIMEOUT_MS = 10_000
const IDLE_MS = 30_000
const PING_MS = 20_000
/** Genesys: two echoes a minute; more would never be needed. */
const SHORTEST_ECHO_MS = 45_000
const ECHO_MS = 4 * 60_000
const CONNECTIONS_PER_MINUTE = 1_000

const CAPABILITIES: readonly Capability[] = [
  'messages',
  'live-events',
  'history',
  'typing',
  'attachments',
  'attributes',
  'end',
]

/**
 * Genesys Cloud's own guest API: a WebSocket for each guest, kept and shared within this process. The
 * guest's `ref` is the token that we made for it.
 */
export function createWebMessaging(options: WebMessagingOptions): GuestApi {
  const {
    deploymentId,
    now = Date.now,
    random = Math.random,
    onUnrecognizedFrame = () => undefined,
  } = options
  const tokens = createTokenOperations(options)
  const connections = createGuestConnections({
    deploymentId,
    sockets: createGuestSockets({
      messagingUrl: options.messagingUrl,
      deploymentId,
      application: options.application ?? 'genesys-guest-bff',
      handshakeTimeoutMs: options.handshakeTimeoutMs ?? HANDSHAKE_TIMEOUT_MS,
    }),
    rateLimiter: new ConnectionRateLimiter(options.connectionsPerMinute ?? CONNECTIONS_PER_MINUTE, now),
    readSession: createSessionReader(),
    renewJwt: (refreshToken, deadlineAtMs) => tokens.renew(refreshToken, deadlineAtMs),
    onUnrecognizedFrame,
    now,
    random,
    configureTimeoutMs: options.handshakeTimeoutMs ?? HANDSHAKE_TIMEOUT_MS,
    idleMs: options.idleMs ?? IDLE_MS,
    pingMs: options.pingMs ?? PING_MS,
    echoMs: Math.max(SHORTEST_ECHO_MS, options.echoMs ?? ECHO_MS),
  })
  const config = createDeploymentConfig({ ...options, accessToken: options.accessToken, now })
  const history = createHistory({ ...options, connections, now })
  const delivery = createMessageSending({ connections, history, now })

  const attachments = createAttachments({ ...options, connections })
  const signIn = createSignIn({ connections, tokens, deploymentId })

  return {
    name: 'web-messaging',
    capabilities: new Set(options.signIn ? [...CAPABILITIES, 'sign-in'] : CAPABILITIES),
    ...createSessionLifecycle({ ...options, connections, config, now }),
    deployment: (deadlineAtMs) => config.read(deadlineAtMs),
    send: (guest, message, deadlineAtMs) => delivery.send(guest, message, deadlineAtMs),
    subscribe: (guest, listener) => subscribe(connections, guest, listener),
    history: (guest, page, deadlineAtMs) => history.page(guest, page, deadlineAtMs),
    setAttributes: createAttributeWriter(options, connections, history),
    upload: attachments.upload,
    deleteAttachment: attachments.remove,
    attachmentUrl: attachments.url,
    ...(options.signIn && signIn),
    close() {
      connections.close()
      return Promise.resolve()
    },
  }
}

/** Errors come as events, that of a driver which is closed already among them. */
function subscribe(connections: GuestConnections, guest: Guest, listener: GuestEventListener): () => void {
  try {
    return connections.of(guest).subscribe(listener)
  } catch {
    queueMicrotask(() => listener({ type: 'session', state: 'disconnected' }))
    return () => undefined
  }
}

/** Without OAuth nothing can be written: attributes go with the next message. */
function createAttributeWriter(
  options: WebMessagingOptions,
  connections: GuestConnections,
  history: History,
): NonNullable<GuestApi['setAttributes']> {
  const { accessToken, onHint = () => undefined } = options
  if (!accessToken) return () => Promise.resolve(false)
  return createParticipantAttributes({ ...options, accessToken, connections, history, onHint })
}
