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

/** Returns a function that waits for a request's checks and throws the first refusal; undefined if there are no checks. */
export function pendingSharedChecks(res: Response): (() => Promise<void>) | undefined {
  const checks = res.locals.sharedChecks as SharedCheck[] | undefined
  return (
    checks &&
    (async () => {
      for (const refuse of await Promise.all(checks)) refuse?.()
    })
  )
}

/** Must come after all of a route's middleware that adds checks. */
export const passSharedChecks: RequestHandler = async (_req, res, next) => {
  await pendingSharedChecks(res)?.()
  next()
}
