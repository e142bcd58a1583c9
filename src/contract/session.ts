/** What the service can do with the configured Genesys API. */
export type Capability =
  | 'messages'
  | 'live-events'
  | 'history'
  | 'typing'
  | 'attachments'
  | 'attributes'
  | 'end'
  | 'sign-in'
  | 'availability'
  | 'callbacks'
  | 'transcript'
  | 'survey'
  | 'knowledge'

export interface Limits {
  /** Maximum number of UTF-8 bytes in one text; Genesys allows 4096. */
  readonly maxTextBytes: number
  /** Maximum number of UTF-8 bytes in the keys and values of all the guest's attributes together. */
  readonly maxAttributeBytes: number
  readonly messagesPerSecond: number
  /** Absent if the deployment accepts no files. */
  readonly attachments?: {
    readonly maxFileSizeKB: number
    /** Media types such as `image/png`, with wildcards: `image/*`. */
    readonly fileTypes: readonly string[]
    /** With the dot, such as `.exe`. Such files are refused, whatever their media type. */
    readonly blockedExtensions: readonly string[]
  }
}

/** A part of the page's data that the service masked before it sent the data to Genesys. */
export interface Redaction {
  /** `card`, `iban`, `email`, `phone`, or the name of one of the operator's patterns. */
  readonly kind: string
  /** The field that contained this part, such as `text`, `form.answers.0.text` or `attributes.custom.note`. */
  readonly field: string
  /**
   * Position in UTF-16 code units, as JavaScript counts them; `end` is the position after the masked part. Masking does not change
   * the length of the text.
   */
  readonly start: number
  readonly end: number
}

/** The response to `GET` and `POST /guest-session`, without the session token. */
export interface SessionDescription {
  /** When the session expires (ISO 8601, UTC). */
  readonly expiresAt: string
  /** The Genesys API that the service uses, usually `web-messaging`. */
  readonly guestApi: string
  readonly state: 'new' | 'resumed' | 'read-only'
  readonly capabilities: readonly Capability[]
  readonly limits: Limits
  /** Only with `GENESYS_GUEST_API=external-users`: the token for Genesys' SDK. */
  readonly externalUserToken?: string
  /** True if a sign-in ended the person's session on other devices. */
  readonly clearedExistingSession?: boolean
  /** What was masked in the request's body; only in the response to `POST`. */
  readonly redacted?: readonly Redaction[]
}

/** Numbers and booleans are converted to strings; `null` removes a key. */
export type AttributeChanges = Readonly<Record<string, string | number | boolean | null>>

/** The response to `PUT /guest-attributes`. */
export interface ChangedAttributes {
  /** All the guest's attributes after the change. */
  readonly attributes: Readonly<Record<string, string>>
  /** `with-next-message`: Genesys gets the change together with the guest's next message. */
  readonly applied: 'now' | 'with-next-message'
}

export interface GuestDetails {
  readonly name?: string
  readonly email?: string
  readonly phone?: string
  /** A language tag such as `en-us`. */
  readonly language?: string
  readonly attributes?: AttributeChanges
  /** Only with `GENESYS_GUEST_API=external-users`: the subject of the user token. */
  readonly userId?: string
  /** The visitor in Genesys' journey, as identified by the page's journey SDK. */
  readonly journeyContext?: JourneyContext
}

export interface JourneyContext {
  readonly customer: { readonly id: string; readonly idType: string }
  readonly customerSession?: { readonly id: string; readonly type: string }
  readonly triggeringAction?: {
    readonly id: string
    readonly actionMap: { readonly id: string; readonly version: number }
  }
}

/** What the page receives from the deployment's OpenID provider: `code` or `idToken`. */
export interface SignInGrant {
  /** Required with `code`. */
  readonly redirectUri?: string
  readonly code?: string
  readonly idToken?: string
  readonly nonce?: string
  readonly codeVerifier?: string
}
