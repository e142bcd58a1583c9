import helmet from 'helmet'
import { headersSetBy } from './headers-set-by.ts'

type Headers = readonly (readonly [name: string, value: string])[]

export interface SecurityHeaders {
  readonly ownHost: Headers
  /** For the service mounted in another application: without HSTS, which applies to the whole host. */
  readonly mounted: Headers
}

/**
 * Pages of this service (docs, demo) load only their own resources, but pictures in the chat may come from any
 * HTTPS address. helmet computes the headers once, because they are the same for every response.
 * @param options.pictureOrigins further origins that pictures may come from, such as a simulator without TLS
 * @param options.isHttpsOnly whether browsers should use only HTTPS for this host and its subdomains
 */
export function securityHeaders(options: {
  readonly pictureOrigins: readonly string[]
  readonly isHttpsOnly: boolean
}): SecurityHeaders {
  const shared = {
    contentSecurityPolicy: { useDefaults: false, directives: directives(options.pictureOrigins) },
    referrerPolicy: { policy: 'no-referrer' as const },
  }
  const mounted = headersSetBy(helmet({ ...shared, strictTransportSecurity: false }))
  return { mounted, ownHost: options.isHttpsOnly ? headersSetBy(helmet(shared)) : mounted }
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
