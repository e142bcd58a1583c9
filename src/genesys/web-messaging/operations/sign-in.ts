import { UpstreamError } from '../../../upstream/upstream-error.ts'
import type { Guest, OpenedGuest, SignInGrant } from '../../guest-api.ts'
import type { GuestConnections } from '../connection/guest-connections.ts'
import { openedGuest } from './session-lifecycle.ts'
import { configureSession } from '../wire/requests.ts'
import type { TokenOperations } from './token-operations.ts'

/** Guests who prove who they are with the deployment's OpenID provider. */
export function createSignIn(options: {
  readonly connections: GuestConnections
  readonly tokens: TokenOperations
  readonly deploymentId: string
}) {
  const { connections, tokens, deploymentId } = options

  async function signIn(guest: Guest, grant: SignInGrant, deadlineAtMs: number): Promise<OpenedGuest> {
    const connection = connections.of(guest)
    const { journeyContext } = connection.socket
    const credentials = await tokens.exchange({ ...grant, journeyContext }, deadlineAtMs)
    const isClosed = connection.socket.isIdle
    connection.useCredentials(credentials)
    // A closed connection is opened with the JWT; an open one has to change from guest to signed-in.
    if (!isClosed) {
      await connection.request({
        frame: configureSession({ deploymentId, jwt: credentials.jwt }),
        purpose: 'configure',
        deadlineAtMs,
        readAnswer: (frame) => (frame.class === 'SessionResponse' && frame.body.connected) || undefined,
        ifLost: 'send-again',
      })
    }
    const session = await connection.ready(deadlineAtMs)
    connection.session.consumeReset()
    const { jwt, refreshToken } = credentials
    const ref = { ...guest.ref, jwt, ...(refreshToken !== undefined && { refreshToken }) }
    return openedGuest({ ref }, session, session.isNew ? 'new' : 'resumed', false)
  }

  /** Genesys: the token of a guest who was signed in is of no use afterwards. */
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
