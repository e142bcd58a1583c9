/** Why a socket that was open is lost, where the service did not want to close it. */
export type SocketLossReason =
  /** Genesys sent a close frame. */
  | 'closed'
  /** The connection ended without one: reset, or cut off. */
  | 'broken'
  /** No sign of life, or no answer to a request and none to a ping. */
  | 'silent'
  /** The session was not configured in time. */
  | 'not_configured'
  /** Genesys did not accept the session. */
  | 'refused'
  /** An error of the program itself. */
  | 'unexpected_error'

/** Is told what guests' sockets do, to count it. */
export interface SocketObserver {
  /** @param outcome `ok`, `http_` and the status of a refused handshake, or the code of the error */
  connectionAttempted(outcome: string): void
  /** @returns to be called when the socket is closed, for whatever reason */
  socketOpened(): () => void
  socketLost(reason: SocketLossReason): void
}
