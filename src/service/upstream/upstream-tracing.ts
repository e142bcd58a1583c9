/** Adds calls to Genesys to the operator's traces, as children of the page's request. */
export interface UpstreamTracing {
  /** One attempt at an HTTP call. */
  startAttempt(attempt: {
    /** The dependency, such as `api`. */
    readonly name: string
    readonly operation: string
    readonly method: string
    readonly url: string
  }): TracedAttempt
  /**
   * Remembers the caller's span for a frame, which may be sent during another request.
   * @returns a function to call when the frame is sent
   */
  prepareFrame(frame: { readonly action: string; readonly tracingId: string }): () => TracedFrame
}

export interface TracedAttempt {
  /** The headers that propagate the trace. */
  readonly headers: Readonly<Record<string, string>>
  /** @param result HTTP status, or the cause of the failure */
  end(result: number | string, correlationId: string | undefined): void
}

export interface TracedFrame {
  /** @param error a code from the problem catalogue; undefined if the response has arrived */
  end(error?: string): void
}
