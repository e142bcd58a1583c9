/** Why an open socket was lost although the service did not close it. */
export type SocketLossReason =
  /** Genesys sent a close frame. */
  | 'closed'
  /** The connection ended without a close frame: reset, or cut off. */
  | 'broken'
  /** No sign of life, or no response to either a request or a ping. */
  | 'silent'
  /** The session was not configured in time. */
  | 'not_configured'
  /** Genesys rejected the session. */
  | 'refused'
  /** An error in this program. */
  | 'unexpected_error'

/** Counts what happens to guest sockets. */
export interface SocketObserver {
  /** @param outcome `ok`, `http_` and the status of a refused handshake, or the error code */
  connectionAttempted(outcome: string): void
  /** @returns a function to call when the socket is closed, for any reason */
  socketOpened(): () => void
  socketLost(reason: SocketLossReason): void
}
