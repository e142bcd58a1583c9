import type { RequestHandler } from 'express'
import helmet from 'helmet'
import { recordedHeaders } from './recorded-headers.ts'

/** Pages of this service (docs, demo) load only what is their own; chat pictures may come from anywhere. */
export const HELMET_SETTINGS = {
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      'default-src': ["'self'"],
      'script-src': ["'self'"],
      'style-src': ["'self'"],
      'img-src': ["'self'", 'https:', 'data:'],
      'connect-src': ["'self'"],
      'object-src': ["'none'"],
      'base-uri': ["'none'"],
      'form-action': ["'self'"],
      'frame-ancestors': ["'none'"],
    },
  },
  referrerPolicy: { policy: 'no-referrer' },
} as const

/** helmet's headers. They are the same for every answer, so helmet is asked once. */
export function securityHeaders(): RequestHandler {
  const headers = recordedHeaders(helmet(HELMET_SETTINGS))
  return (_req, res, next) => {
    for (const [name, value] of headers) res.setHeader(name, value)
    next()
  }
}
