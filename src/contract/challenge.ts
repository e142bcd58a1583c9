/** A challenge that a page has to solve before a session is opened. */
export type Challenge = AltchaChallenge | VendorChallenge

/**
 * A proof of work, in ALTCHA's format: the page finds the number from 0 to `maxnumber` for which the hexadecimal SHA-256 hash
 * of `salt` followed by the number equals `challenge`.
 */
export interface AltchaChallenge {
  readonly kind: 'altcha'
  readonly algorithm: 'SHA-256'
  readonly challenge: string
  readonly salt: string
  readonly signature: string
  readonly maxnumber: number
}

/** A vendor's challenge, which the page solves by showing the vendor's own widget. */
export interface VendorChallenge {
  readonly kind: 'turnstile' | 'hcaptcha' | 'recaptcha' | 'friendly-captcha'
  /** The widget's public key, if the service knows it. */
  readonly siteKey?: string
}
