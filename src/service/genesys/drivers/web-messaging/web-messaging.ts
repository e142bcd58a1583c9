import { createFileAddresses, type FileAddresses } from '../../../outgoing-http/file-addresses.ts'
import type { UpstreamClient } from '../../../outgoing-http/upstream-client.ts'
import { monotonicNow } from '../../../time/monotonic-now.ts'
import type { AccessToken } from '../../oauth/access-token.ts'
import type { Capability, Guest, GuestApi, GuestEventListener } from '../../guest-api.ts'
import { createSendMessage } from './operations/send-message.ts'
import { originsNotAllowed } from './operations/allowed-domains.ts'
import { createDeploymentConfig } from './operations/deployment-config.ts'
import { createAttachments } from './operations/attachments.ts'
import { ConnectionRateLimiter } from './connection/connection-rate-limiter.ts'
import { createGuestConnections, type GuestConnections } from './connection/guest-connections.ts'
import { CONFIG_TIMEOUT_MS, createSessionLifecycle } from './operations/session-lifecycle.ts'
import { createWebSocketOpener } from './connection/handshake.ts'
import { createSessionReader } from './connection/session-state.ts'
import type { SocketObserver } from '../../../observability/socket-observer.ts'
import { createHistory } from './operations/history.ts'
import { createConversationAccess } from './operations/participant-attributes.ts'
import { createTextFormat } from './operations/text-format.ts'
import { createSignIn } from './operations/sign-in.ts'
import type { UpstreamTracing } from '../../../observability/tracing.ts'
import { createTokenOperations } from './operations/token-operations.ts'

export interface WebMessagingOptions {
  readonly deploymentId: string
  /** `wss://webmessaging.<domain>`; `/v1` is added if it is missing. */
  readonly messagingUrl: string
  /** `https://api.<domain>` */
  readonly apiUrl: string
  /** `https://api-cdn.<domain>` */
  readonly cdnUrl: string
  readonly api: UpstreamClient
  readonly cdn: UpstreamClient
  /** For attachments: the object store and the API are separate dependencies. */
  readonly files: UpstreamClient
  /** Default: https addresses of public hosts, and the hosts above. */
  readonly fileAddresses?: FileAddresses
  /** The service's OAuth token, if configured. With it, attributes can be written without a message. */
  readonly accessToken?: AccessToken | undefined
  /** Whether guests may sign in with the deployment's OpenID provider. Default false. */
  readonly signIn?: boolean
  /** Name and version of the service, as Genesys sees them. Default `genesys-guest-bff`. */
  readonly application?: string
  /** Default 10 s. */
  readonly handshakeTimeoutMs?: number
  /** Timeout for each request within a longer operation, such as an upload. Default 10 s. */
  readonly requestTimeoutMs?: number
  /**
   * How long a message that is not in the history may still be in flight: a retry waits this long before
   * it sends the message. Default 3 s.
   */
  readonly repeatSettleMs?: number
  /** How long a guest's unused socket stays open. Default 30 s. */
  readonly idleMs?: number
  /** The ping interval; a socket without traffic between two pings counts as dead. Default 20 s. */
  readonly pingMs?: number
  /** An `echo` is sent when the service has sent no frame for this long. At least 45 s; default 4 minutes. */
  readonly echoMs?: number
  /** Connections per minute for listening guests. Default 1000, the platform's limit for a deployment. */
  readonly connectionsPerMinute?: number
  /** Called with the reason why a frame could not be used, without the frame's contents. */
  readonly onUnrecognizedFrame?: (reason: string) => void
  /** Called with every frame from Genesys, as received. Secret: never log it. */
  readonly onFrame?: (text: string) => void
  /**
   * Called with an unexpected exception and a description of what was being done. The exception ends at most one
   * guest's connection.
   */
  readonly onUnexpectedError?: (error: unknown, doing: string) => void
  readonly socketObserver?: SocketObserver
  /** The operator's tracing. */
  readonly tracing?: UpstreamTracing | undefined
  /** Called with a hint about something that the operator could fix, even though the guest is served. */
  readonly onHint?: (hint: string) => void
  /** The time of day, for expiries. */
  readonly now?: () => number
  /** For waits: monotonic, in the same unit as `now`. */
  readonly monotonicNow?: () => number
  readonly random?: () => number
}

/** Genesys allows two echoes a minute; more are never needed. */
const MIN_ECHO_MS = 45_000

const DEFAULTS = {
  application: 'genesys-guest-bff',
  handshakeTimeoutMs: 10_000,
  requestTimeoutMs: 10_000,
  repeatSettleMs: 3_000,
  idleMs: 30_000,
  pingMs: 20_000,
  echoMs: 4 * 60_000,
  connectionsPerMinute: 1_000,
  onUnrecognizedFrame: () => undefined,
  onUnexpectedError: () => undefined,
  socketObserver: {
    connectionAttempted: () => undefined,
    socketOpened: () => () => undefined,
    socketLost: () => undefined,
  },
  onHint: () => undefined,
  now: Date.now,
  monotonicNow,
  random: Math.random,
} satisfies Partial<WebMessagingOptions>

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
 * Genesys Cloud's own guest API: one WebSocket for each guest, kept open and shared within this process. The
 * guest's `ref` contains the token that the service created for the guest.
 */
export function createWebMessaging(given: WebMessagingOptions): GuestApi {
  const options = { ...DEFAULTS, ...given }
  const tokens = createTokenOperations(options)
  const rateLimiter = new ConnectionRateLimiter(options.connectionsPerMinute, options.monotonicNow)
  const connections = createGuestConnections({
    ...options,
    openWebSocket: createWebSocketOpener(options),
    rateLimiter,
    readSession: createSessionReader(),
    renewJwt: tokens.renew,
    configureTimeoutMs: options.handshakeTimeoutMs,
    echoMs: Math.max(MIN_ECHO_MS, options.echoMs),
    hasAutoStart: () => config.known?.features?.autoStart ?? readAutoStart(),
  })
  const config = createDeploymentConfig(options)
  const readAutoStart = () =>
    config.read(options.monotonicNow() + CONFIG_TIMEOUT_MS).then(
      ({ features }) => features?.autoStart ?? false,
      () => false,
    )
  const format = createTextFormat({ ...options, config })
  const history = createHistory({ ...options, connections })
  const { apiUrl, cdnUrl, messagingUrl } = options
  const fileAddresses =
    options.fileAddresses ?? createFileAddresses({ configuredUrls: [apiUrl, cdnUrl, messagingUrl] })
  const attachments = createAttachments({ ...options, connections, fileAddresses })
  const signIn = createSignIn({ ...options, connections, config, tokens })

  return {
    name: 'web-messaging',
    capabilities: new Set(options.signIn ? [...CAPABILITIES, 'sign-in'] : CAPABILITIES),
    ...createSessionLifecycle({ ...options, connections, config }),
    deployment: config.read,
    get deploymentError() {
      return config.error
    },
    originsNotAllowed: (origins, deadlineAtMs) => originsNotAllowed(origins, options, deadlineAtMs),
    isConnected: (guest) => connections.isConnected(guest),
    connectionsLeft: () => rateLimiter.leftForUrgent,
    send: createSendMessage({ ...options, connections, history }),
    subscribe(guest, listener) {
      if (config.known === undefined) void format.read()
      return subscribe(connections, guest, (event) => {
        listener(event.type === 'message' ? { ...event, message: format.marked(event.message) } : event)
      })
    },
    history: (...request) => format.markedPage(history.page(...request)),
    ...createConversationAccess({ ...options, connections, history }),
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

/** Errors are delivered as events, including the error from a closed driver. */
function subscribe(connections: GuestConnections, guest: Guest, listener: GuestEventListener): () => void {
  try {
    return connections.of(guest).subscribe(listener)
  } catch {
    queueMicrotask(() => listener({ type: 'session', state: 'disconnected' }))
    return () => undefined
  }
}
