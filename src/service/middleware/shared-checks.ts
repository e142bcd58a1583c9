import type { RequestHandler, Response } from 'express'

/**
 * What the shared store knows about a request, requested and not yet there. Never rejects. Its function throws where the
 * request is refused; undefined when the store is unavailable.
 */
export type SharedCheck = Promise<(() => void) | undefined>

/** Notes a check, so that the request waits for all of its checks together: one round trip. */
export function addSharedCheck(res: Response, check: SharedCheck): void {
  const checks = (res.locals.sharedChecks ??= []) as SharedCheck[]
  checks.push(check)
}

/** Waits for the checks of a request and throws as the first one that refuses it. Undefined where it has none. */
export function pendingSharedChecks(res: Response): (() => Promise<void>) | undefined {
  const checks = res.locals.sharedChecks as SharedCheck[] | undefined
  return (
    checks &&
    (async () => {
      for (const refuse of await Promise.all(checks)) refuse?.()
    })
  )
}

/** Behind everything of a route that adds a check. */
export const passSharedChecks: RequestHandler = async (_req, res, next) => {
  await pendingSharedChecks(res)?.()
  next()
}
