import type { RequestHandler } from 'express'
import { RequestError } from '../errors/request-error.ts'

/** For `router.all`, after the methods that a path supports: refuses every other method. */
export function methodNotAllowed(...methods: string[]): RequestHandler {
  const allow = [...methods, ...(methods.includes('GET') ? ['HEAD'] : []), 'OPTIONS'].join(', ')
  return (_req, _res, next) => {
    next(
      new RequestError('method_not_allowed', `This path supports ${allow}.`, { headers: { Allow: allow } }),
    )
  }
}
