/** The body of `POST /callbacks`. */
export interface CallbackRequest {
  /** Who is called. */
  readonly name: string
  /** With the country's code, `+49 30 901820`, or as it is dialled in the country of `CALLBACK_COUNTRY`. */
  readonly phone: string
  /** ISO 8601, UTC. Default: as soon as somebody is free. */
  readonly at?: string
}

/** The response of `POST /callbacks`. */
export interface Callback {
  /** Genesys' id of the callback. */
  readonly id: string
  /** The number in its international form: `+4930901820`. */
  readonly phone: string
  /** Absent: as soon as somebody is free. */
  readonly at?: string
}
