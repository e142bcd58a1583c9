import express, { Router } from 'express'

/** The only secret, or API key, that this vendor knows. */
const SECRET = 'simulated-secret'
/** The tokens that its widget would produce: `solved-<anything>@<host of the page>`. */
const TOKEN = /^solved[\w-]*@([\w.-]+)$/

/** A challenge vendor: `siteverify` as Turnstile, hCaptcha, reCAPTCHA and Friendly Captcha document it. */
export function challengeVendor(): Router {
  const used = new Set<string>()
  const router = Router()
  router.post('/siteverify', express.urlencoded({ extended: false }), express.json(), (req, res) => {
    const apiKey = req.get('x-api-key')
    const { secret = apiKey, response = '' } = (req.body ?? {}) as { secret?: string; response?: string }
    const hostname = TOKEN.exec(response)?.[1]
    const problem =
      secret !== SECRET
        ? 'invalid-input-secret'
        : hostname === undefined
          ? 'invalid-input-response'
          : used.has(response)
            ? 'timeout-or-duplicate'
            : undefined
    if (problem !== undefined) {
      res.json({ success: false, 'error-codes': [problem] })
      return
    }
    used.add(response)
    res.json(
      apiKey === undefined
        ? { success: true, hostname }
        : { success: true, data: { challenge: { origin: hostname } } },
    )
  })
  return router
}
