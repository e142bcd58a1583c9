import * as z from 'zod'
import type { ChallengeSettings } from '../../settings/challenge-settings.ts'
import { createAttemptSender } from '../../outgoing-http/http-attempt.ts'
import type { UpstreamAgents } from '../../outgoing-http/upstream-agents.ts'

/** `unavailable`: the vendor did not report anything about the token. */
export interface Verdict {
  readonly verdict: 'accepted' | 'refused' | 'unavailable'
  /** A text that quotes nothing from the vendor's response. */
  readonly reason?: string
}

type Vendor = Exclude<ChallengeSettings['kind'], 'altcha'>

/** Below this score, a visitor counts as a bot. reCAPTCHA recommends this value as a default. */
const MIN_SCORE = 0.5
const TIMEOUT_MS = 3000
const MAX_RESPONSE_BYTES = 16_384

/** From the vendors' documentation of `siteverify`; three of the vendors use the same request and response. */
const URLS: Readonly<Record<Vendor, string>> = {
  turnstile: 'https://challenges.cloudflare.com/turnstile/v0/siteverify',
  hcaptcha: 'https://api.hcaptcha.com/siteverify',
  recaptcha: 'https://www.google.com/recaptcha/api/siteverify',
  'friendly-captcha': 'https://global.frcapi.com/api/v2/captcha/siteverify',
}

const Response = z.object({
  success: z.boolean(),
  hostname: z.string().optional(),
  score: z.number().optional(),
  'error-codes': z.array(z.string()).optional(),
  data: z.object({ challenge: z.object({ origin: z.string() }) }).optional(),
})

/** Error codes that report wrong settings or a failure at the vendor, and say nothing about the token. */
const SETTINGS_ERROR = /secret|sitekey|bad-request|internal-error/

/**
 * Sends one POST to the vendor, without a retry: vendors accept a token only once.
 * @param hostname the host of the website on which the token must have been created; undefined for callers without an origin
 */
export function createVendorCheck(
  { kind, secret, siteKey, verifyUrl = URLS[kind] }: ChallengeSettings & { readonly kind: Vendor },
  agents: UpstreamAgents,
): (token: string, hostname: string | undefined) => Promise<Verdict> {
  const send = createAttemptSender(agents)
  const isFriendly = kind === 'friendly-captcha'
  const sitekey = siteKey === undefined ? {} : { sitekey: siteKey }

  return async (token, hostname) => {
    const outcome = await send({
      method: 'POST',
      url: verifyUrl,
      headers: {
        accept: 'application/json',
        'accept-encoding': 'identity',
        'content-type': isFriendly ? 'application/json' : 'application/x-www-form-urlencoded',
        ...(isFriendly && { 'x-api-key': secret }),
      },
      body: isFriendly
        ? JSON.stringify({ response: token, ...sitekey })
        : new URLSearchParams({ secret, response: token, ...(kind === 'hcaptcha' && sitekey) }).toString(),
      timeoutMs: TIMEOUT_MS,
      maxResponseBytes: MAX_RESPONSE_BYTES,
    })
    if (outcome.kind !== 'response')
      return { verdict: 'unavailable', reason: `no response (${outcome.kind})` }
    const { success, data } = Response.safeParse(parsed(outcome.body))
    if (!success || outcome.status !== 200)
      return { verdict: 'unavailable', reason: `a response with the status ${outcome.status}` }
    const errors = data['error-codes'] ?? []
    if (!data.success && errors.some((code) => SETTINGS_ERROR.test(code)))
      return { verdict: 'unavailable', reason: 'it refuses CHALLENGE_SECRET or CHALLENGE_SITE_KEY' }
    if (!data.success || (data.score ?? 1) < MIN_SCORE) return { verdict: 'refused' }
    const madeAt = isFriendly ? hostOf(data.data?.challenge.origin) : data.hostname
    return { verdict: hostname === undefined || madeAt === hostname ? 'accepted' : 'refused' }
  }
}

function hostOf(origin = ''): string | undefined {
  try {
    return new URL(origin.includes('://') ? origin : `https://${origin}`).hostname
  } catch {
    return undefined
  }
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}
