/** A page of the website, as its visitor sees it. */
export interface JourneyPage {
  /** `location.href`. Of the query, only `utm_…` parameters are sent to Genesys. */
  readonly url: string
  readonly title: string
  /** A language tag such as `en-us`. */
  readonly language?: string
}

/** The body of `POST /journey/events`: what a visitor has done. */
export interface JourneyEvent {
  /** A UUID that the page keeps for this visitor, but only as long as the visitor consents. */
  readonly visitorId: string
  /** `page_viewed`, or one of the website's own events, such as `order_placed`. */
  readonly name: string
  readonly page: JourneyPage
  /** `document.referrer`. */
  readonly referrer?: string
  readonly attributes?: Readonly<Record<string, string | number | boolean>>
}

/** The body of `POST /journey/invitations`. */
export interface JourneyQuestion {
  readonly visitorId: string
  /** The `sessionId` from the latest response. */
  readonly sessionId?: string
  readonly page: JourneyPage
}

/** The response to `POST /journey/events` and `POST /journey/invitations`. */
export interface JourneyInvitations {
  /** Genesys' id for the visit. */
  readonly sessionId?: string
  readonly invitations: readonly JourneyInvitation[]
  readonly askAgainAfterSeconds: number
}

/** A chat that one of the contact center's action maps offers this visitor. */
export interface JourneyInvitation {
  readonly id: string
  readonly sessionId: string
  /** The text that an administrator wrote for the invitation, if any. */
  readonly text?: string
  readonly actionMap: { readonly id: string; readonly version: number }
}

/** The body of `POST /journey/answers`: the outcome of an invitation. */
export interface JourneyAnswer {
  readonly invitationId: string
  readonly sessionId: string
  /** `offered`: the invitation was shown. `ignored`: it was not shown, or the visitor did not respond to it. */
  readonly state: 'offered' | 'accepted' | 'rejected' | 'ignored'
}
