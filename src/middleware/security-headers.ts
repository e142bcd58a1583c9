import type { RequestHandler } from 'express'
import helmet from 'helmet'

/**
 * Pages of this service (docs, demo) load only what is their own; chat pictures may come from anywhere.
 * @param options.pictureOrigins further origins of pictures, such as a simulator's that has no TLS
 * @param options.isHttpsOnly whether browsers may be told to use nothing but TLS for this host and those below it
 */
export function securityHeaders(options: {
  readonly pictureOrigins: readonly string[]
  readonly isHttpsOnly: () => boolean
}): RequestHandler {
  const shared = {
    contentSecurityPolicy: { useDefaults: false, directives: directives(options.pictureOrigins) },
    referrerPolicy: { policy: 'no-referrer' as const },
  }
  const withHsts = helmet(shared)
  const withoutHsts = helmet({ ...shared, strictTransportSecurity: false })
  return (req, res, next) => (options.isHttpsOnly() ? withHsts : withoutHsts)(req, res, next)
}

function directives(pictureOrigins: readonly string[]) {
  return {
    'default-src': ["'self'"],
    'script-src': ["'self'"],
    'style-src': ["'self'"],
    'img-src': ["'self'", 'https:', 'data:', ...pictureOrigins],
    'connect-src': ["'self'"],
    'object-src': ["'none'"],
    'base-uri': ["'none'"],
    'form-action': ["'self'"],
    'frame-ancestors': ["'none'"],
  }
}
