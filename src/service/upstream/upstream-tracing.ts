/** Has what is asked of Genesys appear in the operator's traces, below the request that asked. */
export interface UpstreamTracing {
  /** One try of an HTTP call. */
  startAttempt(attempt: {
    /** The dependency, such as `api`. */
    readonly name: string
    readonly operation: string
    readonly method: string
    readonly url: string
  }): TracedAttempt
  /**
   * Remembers who asks for a frame, which may be sent in another request's turn.
   * @returns to be called when it is sent
   */
  prepareFrame(frame: { readonly action: string; readonly tracingId: string }): () => TracedFrame
}

export interface TracedAttempt {
  /** What passes the trace on. */
  readonly headers: Readonly<Record<string, string>>
  /** @param result HTTP status, or what prevented an answer */
  end(result: number | string, correlationId: string | undefined): void
}

export interface TracedFrame {
  /** @param error a code of the problem catalogue; undefined when the answer has come */
  end(error?: string): void
}
