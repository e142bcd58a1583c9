/** What the service can do with the Genesys API that it was set up for. */
export type Capability =
  'messages' | 'live-events' | 'history' | 'typing' | 'attachments' | 'attributes' | 'end' | 'sign-in'

export interface Limits {
  /** Bytes of UTF-8 that one text may have; Genesys: 4096. */
  readonly maxTextBytes: number
  /** Bytes of UTF-8 that all attributes of the guest may have together, keys and values. */
  readonly maxAttributeBytes: number
  readonly messagesPerSecond: number
  /** Absent where the deployment takes no files. */
  readonly attachments?: {
    readonly maxFileSizeKB: number
    /** Media types such as `image/png`, with wildcards: `image/*`. */
    readonly fileTypes: readonly string[]
    /** With their dot: `.exe`. Refused whatever their type. */
    readonly blockedExtensions: readonly string[]
  }
}

/** The answer of `GET` and `POST /guest-session`, without the session token. */
export interface SessionDescription {
  /** ISO 8601, UTC. */
  readonly expiresAt: string
  /** Which Genesys API the service speaks; `web-messaging` is the usual one. */
  readonly guestApi: string
  readonly state: 'new' | 'resumed' | 'read-only'
  readonly capabilities: readonly Capability[]
  readonly limits: Limits
  /** Only with `GENESYS_GUEST_API=external-users`: the token for the vendor's SDK. */
  readonly externalUserToken?: string
  /** True when a sign-in has ended the person's session on other devices. */
  readonly clearedExistingSession?: boolean
}

/** Numbers and booleans are written as strings; `null` removes a key. */
export type AttributeChanges = Readonly<Record<string, string | number | boolean | null>>

/** The answer of `PUT /guest-attributes`. */
export interface ChangedAttributes {
  /** All attributes of the guest after the change. */
  readonly attributes: Readonly<Record<string, string>>
  /** `with-next-message`: Genesys learns of them together with what the guest writes next. */
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
  /** The visitor in Genesys' journey, as the page's journey SDK knows it. */
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

/** What the page brings back from the OpenID provider of the deployment: `code` or `idToken`. */
export interface SignInGrant {
  /** Needed with `code`. */
  readonly redirectUri?: string
  readonly code?: string
  readonly idToken?: string
  readonly nonce?: string
  readonly codeVerifier?: string
}
