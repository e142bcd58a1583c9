import type { RequestHandler } from 'express'
import helmet from 'helmet'

/**
 * Pages of this service (docs, demo) load only what is their own; chat pictures may come from anywhere.
 * @param pictureOrigins further origins of pictures, such as a simulator's that has no TLS
 */
export function securityHeaders(pictureOrigins: readonly string[]): RequestHandler {
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        'default-src': ["'self'"],
        'script-src': ["'self'"],
        'style-src': ["'self'"],
        'img-src': ["'self'", 'https:', 'data:', ...pictureOrigins],
        'connect-src': ["'self'"],
        'object-src': ["'none'"],
        'base-uri': ["'none'"],
        'form-action': ["'self'"],
        'frame-ancestors': ["'none'"],
      },
    },
    referrerPolicy: { policy: 'no-referrer' as const },
  })
}
