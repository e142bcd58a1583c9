/** What there is to say about a problem code, whatever request it answers. `Backticks` mark code. */
export interface ProblemEntry {
  /** The HTTP status that goes with the code, always the same. */
  readonly status: number
  readonly title: string
  readonly description: string
  /** What the developer of the chat page does about it. */
  readonly clientAction: string
  /** What the operator of this service does; also the `hint` where no better one is known. */
  readonly operatorAction: string
  /** Sent as `Retry-After` when nothing more exact is known; absent where repeating does not help. */
  readonly retryAfterSeconds?: number
}
