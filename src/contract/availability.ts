/** The response of `GET /availability`. Times are ISO 8601, UTC. */
export interface Availability {
  /**
   * `unstaffed`: it is open, and nobody is on queue. `unknown`: Genesys could not be asked, or a schedule could not be evaluated;
   * it does not mean closed.
   */
  readonly state: 'open' | 'closed' | 'holiday' | 'emergency' | 'unstaffed' | 'unknown'
  /** When the state changes, if that is known. */
  readonly until?: string
  /** When it opens next, if that is known. */
  readonly opensAt?: string
  /** Time zone of the opening hours: `Europe/Berlin`. */
  readonly timeZone?: string
  /** About how long a guest who starts now waits for an agent. */
  readonly waitMinutes?: { readonly from: number; readonly to: number }
  /** Time of the evaluation; if `stale`, the time of its oldest reading. */
  readonly asOf: string
  /** Whether it is the last known state because Genesys could not be asked. */
  readonly stale: boolean
}
