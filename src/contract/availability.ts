/** The response to `GET /availability`. Times are ISO 8601, UTC. */
export interface Availability {
  /**
   * `unstaffed`: the contact center is open, but no agent is on queue. `unknown`: Genesys could not be queried, or a schedule could
   * not be evaluated; it does not mean closed.
   */
  readonly state: 'open' | 'closed' | 'holiday' | 'emergency' | 'unstaffed' | 'unknown'
  /** When the state changes, if that is known. */
  readonly until?: string
  /** When the contact center opens next, if that is known. */
  readonly opensAt?: string
  /** Time zone of the opening hours, such as `Europe/Berlin`. */
  readonly timeZone?: string
  /** About how long a guest who starts a chat now will wait for an agent. */
  readonly waitMinutes?: { readonly from: number; readonly to: number }
  /** Time of the evaluation; if `stale`, the time of the oldest data that it used. */
  readonly asOf: string
  /** Whether this is the last known state, because Genesys could not be queried. */
  readonly stale: boolean
}
