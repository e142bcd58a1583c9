/** The body of `POST /callbacks`. */
export interface CallbackRequest {
  /** Name of the person to call. */
  readonly name: string
  /** With a country code, such as `+49 30 901820`, or as dialed within the country in `CALLBACK_COUNTRY`. */
  readonly phone: string
  /** When to call (ISO 8601, UTC). Default: as soon as an agent is free. */
  readonly at?: string
}

/** The response to `POST /callbacks`. */
export interface Callback {
  /** Genesys' id for the callback. */
  readonly id: string
  /** The number in its international form, such as `+4930901820`. */
  readonly phone: string
  /** When the call is made (ISO 8601, UTC). Absent if it is made as soon as an agent is free. */
  readonly at?: string
}
