import type { RequestHandler } from 'express'
import { RequestError } from './request-error.ts'

/** For `router.all` behind a path's own methods: the path is known, the method is not. */
export function methodNotAllowed(...methods: string[]): RequestHandler {
  const allow = [...methods, ...(methods.includes('GET') ? ['HEAD'] : []), 'OPTIONS'].join(', ')
  return (_req, _res, next) => {
    next(new RequestError('method_not_allowed', `This path knows ${allow}.`, { headers: { Allow: allow } }))
  }
}
