import helmet from 'helmet'
import { headersSetBy } from './headers-set-by.ts'

/**
 * Pages of this service (docs, demo) load only what is their own; chat pictures may come from anywhere.
 * helmet computes the headers once; every response has the same.
 * @param options.pictureOrigins further origins of pictures, such as a simulator's that has no TLS
 * @param options.isHttpsOnly whether browsers may be told to use nothing but TLS for this host and those below it
 */
export function securityHeaders(options: {
  readonly pictureOrigins: readonly string[]
  readonly isHttpsOnly: () => boolean
}): () => [name: string, value: string][] {
  const shared = {
    contentSecurityPolicy: { useDefaults: false, directives: directives(options.pictureOrigins) },
    referrerPolicy: { policy: 'no-referrer' as const },
  }
  const withHsts = headersSetBy(helmet(shared))
  const withoutHsts = headersSetBy(helmet({ ...shared, strictTransportSecurity: false }))
  return () => (options.isHttpsOnly() ? withHsts : withoutHsts)
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
