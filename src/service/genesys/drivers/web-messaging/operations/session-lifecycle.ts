import { randomUUID } from 'node:crypto'
import { UpstreamError } from '../../../../errors/upstream-error.ts'
import type { Guest, JourneyContext, OpenedGuest, OpenRequest, SessionState } from '../../../guest-api.ts'
import { explainRefusal, type AllowedDomainsOptions } from './allowed-domains.ts'
import type { DeploymentConfig } from './deployment-config.ts'
import type { Frame } from '../wire/frames.ts'
import type { GuestConnections } from '../connection/guest-connections.ts'
import type { ConfiguredSession } from '../connection/session-state.ts'
import { hasPresence } from '../wire/read-message.ts'
import { closeSession, configureSession, presence } from '../wire/requests.ts'

/** How long a guest may have to wait for the public configuration; after that, it is not used. */
export const CONFIG_TIMEOUT_MS = 2_000

export interface SessionLifecycleOptions extends AllowedDomainsOptions {
  readonly connections: GuestConnections
  readonly config: DeploymentConfig
  readonly monotonicNow: () => number
}

/** Opens, resumes, restarts and ends a guest's session. */
export function createSessionLifecycle(options: SessionLifecycleOptions) {
  const { connections, config, deploymentId, monotonicNow } = options
  const capDeadline = (deadlineAtMs: number) => Math.min(deadlineAtMs, monotonicNow() + CONFIG_TIMEOUT_MS)

  /** Only an explicit "inactive" stops a guest; if the configuration cannot be read, the handshake decides. */
  async function refuseInactive(deadlineAtMs: number): Promise<void> {
    const info = await config.read(capDeadline(deadlineAtMs)).catch(() => undefined)
    if (info?.status !== 'inactive') return
    throw new UpstreamError('deployment_not_usable', 'The deployment is not active', {
      hint: `Activate the deployment ${deploymentId}: Admin > Message > Messenger Deployments.`,
    })
  }

  async function configured(guest: Guest, deadlineAtMs: number, isNew = false): Promise<ConfiguredSession> {
    try {
      return await connections.of(guest).ready(deadlineAtMs)
    } catch (error) {
      if (!(error instanceof UpstreamError)) throw error
      // A session that never existed cannot have ended.
      const isRefusal = isNew && error.code === 'session_ended'
      if (isRefusal) throw new UpstreamError('upstream_refused', 'Genesys refused a new guest', error.facts)
      throw await explainRefusal(error, guest.origin, options, capDeadline(deadlineAtMs))
    }
  }

  return {
    async open(request: OpenRequest, deadlineAtMs: number): Promise<OpenedGuest> {
      const { origin, attributes, journeyContext } = request
      await refuseInactive(deadlineAtMs)
      const guest = withJourney({ ref: { token: randomUUID() }, origin }, journeyContext)
      const connection = connections.of(guest, true)
      connection.join.attributes = request.withoutConversation ? false : attributes
      const session = await configured(guest, deadlineAtMs, true)
      return openedGuest(guest, session, 'new', await connection.join.accepted)
    },

    /** If the connection is already open, a new journey context is sent with the next configuration. */
    async resume(known: Guest, deadlineAtMs: number, journeyContext?: JourneyContext): Promise<OpenedGuest> {
      const guest = withJourney(known, journeyContext)
      if (journeyContext) connections.of(guest).socket.journeyContext = journeyContext
      const session = await configured(guest, deadlineAtMs)
      const connection = connections.of(guest)
      await connection.join.accepted
      const isForgotten = connection.session.consumeReset()
      return openedGuest(guest, session, isForgotten ? 'new' : 'resumed', false)
    },

    /** Genesys: a read-only session is closed and configured again with `startNew`. */
    async startNew(
      known: Guest,
      deadlineAtMs: number,
      journeyContext?: JourneyContext,
    ): Promise<OpenedGuest> {
      const guest = withJourney(known, journeyContext)
      const connection = connections.of(guest)
      if (journeyContext) connection.socket.journeyContext = journeyContext
      const common = { purpose: 'configure', deadlineAtMs, ifLost: 'send-again' } as const
      const jwt = connection.socket.credentials?.jwt
      const frame = configureSession({
        deploymentId,
        jwt,
        startNew: true,
        journeyContext: connection.socket.journeyContext,
      })
      // Both requests are queued together, because a request between them would find no session.
      connection.isStartingNew = true
      try {
        await Promise.all([
          connection.request({ ...common, frame: closeSession(), readResponse: isClosed }),
          connection.request({ ...common, frame, readResponse: isConfigured }),
        ])
      } finally {
        connection.isStartingNew = false
      }
      const session = await connection.ready(deadlineAtMs)
      connection.session.consumeReset()
      return openedGuest(guest, session, 'new', await connection.join.accepted)
    },

    async typing(guest: Guest, deadlineAtMs: number): Promise<void> {
      if (config.known?.features?.guestTyping === false) return
      const connection = connections.of(guest)
      await connection.ready(deadlineAtMs)
      connection.sendTyping()
    },

    /** Genesys: the guest's `Clear` is acknowledged by `SessionClearedEvent`; then the socket is closed. */
    async end(guest: Guest, deadlineAtMs: number): Promise<void> {
      await connections.of(guest).request({
        frame: presence('Clear'),
        purpose: 'end',
        deadlineAtMs,
        readResponse: (frame) => isEvent(frame, 'Clear') || isGone(frame) || undefined,
        ifLost: 'delivery-unknown',
      })
    },
  }
}

/** The guest's reference, sealed in the session token, can contain only strings. */
function withJourney(guest: Guest, journeyContext: JourneyContext | undefined): Guest {
  if (!journeyContext) return guest
  return { ...guest, ref: { ...guest.ref, journey: JSON.stringify(journeyContext) } }
}

function isEvent(frame: Frame, presenceType: string): boolean {
  return frame.class === 'StructuredMessage' && hasPresence(frame.body, presenceType)
}

function isGone(frame: Frame): boolean {
  return frame.class === 'SessionClearedEvent' || frame.class === 'ConnectionClosedEvent'
}

function isClosed(frame: Frame): true | undefined {
  return (frame.class === 'SessionResponse' && !frame.body.connected) || isGone(frame) || undefined
}

function isConfigured(frame: Frame): true | undefined {
  return (frame.class === 'SessionResponse' && frame.body.connected) || undefined
}

export function openedGuest(
  { ref }: Pick<Guest, 'ref'>,
  { isReadOnly, limits, expiresAtMs, clearedExisting }: ConfiguredSession,
  state: SessionState,
  attributesDelivered: boolean,
): OpenedGuest {
  return {
    ref,
    state: isReadOnly ? 'read-only' : state,
    limits,
    ...(expiresAtMs !== undefined && { expiresAtMs }),
    attributesDelivered,
    ...(clearedExisting && { clearedExistingSession: true }),
  }
}
