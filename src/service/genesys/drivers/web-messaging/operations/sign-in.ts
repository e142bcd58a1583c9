import { randomUUID } from 'node:crypto'
import { UpstreamError } from '../../../../errors/upstream-error.ts'
import type { Guest, OpenedGuest, SignInGrant } from '../../../guest-api.ts'
import type { GuestConnections } from '../connection/guest-connections.ts'
import type { DeploymentConfig } from './deployment-config.ts'
import { CONFIG_TIMEOUT_MS, openedGuest } from './session-lifecycle.ts'
import { defined } from '../wire/json-schemas.ts'
import { configureSession } from '../wire/requests.ts'
import type { TokenOperations } from './token-operations.ts'

/** Signs guests in and out with the deployment's OpenID provider. */
export function createSignIn(options: {
  readonly connections: GuestConnections
  readonly tokens: TokenOperations
  readonly config: DeploymentConfig
  readonly deploymentId: string
  readonly monotonicNow: () => number
}) {
  const { connections, tokens, config, deploymentId, monotonicNow } = options

  async function signIn(guest: Guest, grant: SignInGrant, deadlineAtMs: number): Promise<OpenedGuest> {
    const isUpgrade = await config.allowsSessionUpgrade(
      Math.min(deadlineAtMs, monotonicNow() + CONFIG_TIMEOUT_MS),
    )
    const { journeyContext } = connections.of(guest).socket
    const credentials = await tokens.exchange({ ...grant, journeyContext }, deadlineAtMs)
    const { token = '', journey } = guest.ref
    const { jwt, refreshToken } = credentials
    // Genesys' own clients create a new token before a sign-in; it may be impossible to sign in with an existing
    // guest token.
    const ref = { token: isUpgrade ? token : randomUUID(), jwt, ...defined({ journey, refreshToken }) }
    const connection = connections.of({ ...guest, ref }, !isUpgrade)
    const isClosed = connection.socket.isIdle
    connection.useCredentials(credentials)
    // A closed connection is opened with the JWT; the session of an open one must be configured again, as a
    // signed-in session.
    if (!isClosed) {
      await connection.request({
        frame: configureSession({ deploymentId, jwt: credentials.jwt }),
        purpose: 'configure',
        deadlineAtMs,
        readResponse: (frame) => (frame.class === 'SessionResponse' && frame.body.connected) || undefined,
        ifLost: 'send-again',
      })
    }
    const session = await connection.ready(deadlineAtMs)
    await connection.join.accepted
    connection.session.consumeReset()
    // A separate token does not continue the guest's conversation.
    return openedGuest({ ref }, session, session.isNew || !isUpgrade ? 'new' : 'resumed', false)
  }

  /** Genesys: the token of a guest who was signed in cannot be used after the sign-out. */
  async function signOut(guest: Guest, deadlineAtMs: number): Promise<void> {
    const connection = connections.of(guest)
    const { jwt, refreshToken } = connection.socket.credentials ?? {}
    if (jwt === undefined) throw new UpstreamError('session_ended', 'The guest is not signed in')
    try {
      await tokens.revoke(jwt, deadlineAtMs)
    } catch (error) {
      const isOld = error instanceof UpstreamError && error.facts.status === 401
      if (!isOld || refreshToken === undefined) throw error
      await tokens.revoke(await tokens.renew(refreshToken, deadlineAtMs), deadlineAtMs)
    }
    connection.end()
  }

  return { signIn, signOut }
}
