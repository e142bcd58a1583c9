import type { RequestHandler, Response } from 'express'

/**
 * A pending lookup in the shared store for a request. Never rejects. The resolved function throws if the request
 * is refused; the value is undefined if the store is unavailable.
 */
export type SharedCheck = Promise<(() => void) | undefined>

/** Registers a check, so that the request waits for all its checks together, in one round trip. */
export function addSharedCheck(res: Response, check: SharedCheck): void {
  const checks = (res.locals.sharedChecks ??= []) as SharedCheck[]
  checks.push(check)
}

/** Waits for the checks of a request and throws the first refusal. Undefined without checks. */
export function pendingSharedChecks(res: Response): (() => Promise<void>) | undefined {
  const checks = res.locals.sharedChecks as SharedCheck[] | undefined
  return (
    checks &&
    (async () => {
      for (const refuse of await Promise.all(checks)) refuse?.()
    })
  )
}

/** Used after all middleware of a route that adds checks. */
export const passSharedChecks: RequestHandler = async (_req, res, next) => {
  await pendingSharedChecks(res)?.()
  next()
}
