/** What a page has to solve before a session is opened. */
export type Challenge = AltchaChallenge | VendorChallenge

/**
 * Proof of work, in the format of ALTCHA: find the number from 0 to `maxnumber` for which the hexadecimal
 * SHA-256 of `salt` followed by the number is `challenge`.
 */
export interface AltchaChallenge {
  readonly kind: 'altcha'
  readonly algorithm: 'SHA-256'
  readonly challenge: string
  readonly salt: string
  readonly signature: string
  readonly maxnumber: number
}

/** The page shows the vendor's own widget. */
export interface VendorChallenge {
  readonly kind: 'turnstile' | 'hcaptcha' | 'recaptcha' | 'friendly-captcha'
  /** The public key of the widget, if the service knows it. */
  readonly siteKey?: string
}
