/** The description of a problem code, independent of the request. `Backticks` mark code. */
export interface ProblemEntry {
  /** The HTTP status, which is always the same for a code. */
  readonly status: number
  readonly title: string
  readonly description: string
  /** What the developer of the chat page should do. */
  readonly clientAction: string
  /** What the operator of this service should do; also used as the `hint` if there is no more specific one. */
  readonly operatorAction: string
  /** Sent as `Retry-After` if nothing more exact is known; absent if a retry does not help. */
  readonly retryAfterSeconds?: number
}
