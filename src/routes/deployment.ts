import { type Request, type RequestHandler, type Response, Router } from 'express'
import type { GuestApi } from '../genesys/guest-api.ts'
import type { Deadline } from './deadline.ts'
import { methodNotAllowed } from './method-not-allowed.ts'

/** What a chat page needs to know before it opens a session. */
export function deploymentRoutes(options: {
  readonly guestApi: GuestApi
  readonly guards: RequestHandler[]
  readonly deadline: Deadline
}): Router {
  const { guestApi, guards, deadline } = options
  const router = Router()
  router.get('/deployment', guards, async (_req: Request, res: Response) => {
    const { id, status, name, languages, defaultLanguage, features, styles } =
      await guestApi.deployment(deadline())
    res.json({ id, status, name, languages, defaultLanguage, features, styles })
  })
  router.all('/deployment', methodNotAllowed('GET'))
  return router
}
