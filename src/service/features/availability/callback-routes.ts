import type { IRouter, Request, RequestHandler, Response } from 'express'
import { addressKey } from '../../middleware/client-address.ts'
import { methodNotAllowed } from '../../middleware/method-not-allowed.ts'
import { keyIn, parseBody } from '../../middleware/request-body.ts'
import { RequestError } from '../../errors/request-error.ts'
import { claimsOf } from '../../middleware/session-guard.ts'
import { RequestCallback } from '../../routes/schemas.ts'
import { sendJson } from '../../http-server/send-json.ts'
import type { GuestSessions } from '../../sessions/guest-sessions.ts'
import type { createCallbacks } from './callbacks.ts'

/** @param requestCallback undefined if callbacks are off */
export function addCallbackRoutes(
  router: IRouter,
  options: {
    readonly requestCallback: ReturnType<typeof createCallbacks> | undefined
    readonly guards: { readonly guestWithBody: readonly RequestHandler[] }
    readonly services: { readonly sessions: GuestSessions }
    readonly newDeadline: () => number
    readonly now: () => number
  },
): void {
  const { requestCallback, guards, services, newDeadline, now } = options
  router.post('/callbacks', ...guards.guestWithBody, async (req: Request, res: Response) => {
    if (!requestCallback)
      throw new RequestError('not_enabled', 'This service was set up without callbacks.', {
        hint: 'Set CALLBACKS and GENESYS_QUEUE_ID, and configure an OAuth client.',
      })
    const claims = services.sessions.requireLive(claimsOf(req))
    const callback = await requestCallback(parseBody(RequestCallback, req), {
      sid: claims.sid,
      address: addressKey(req),
      isVerified: (claims.verifiedUntilMs ?? 0) > now(),
      idempotencyKey: keyIn('Idempotency-Key', req.headers['idempotency-key'], 1),
      deadlineAtMs: newDeadline(),
    })
    sendJson(res, callback, 201)
  })
  router.all('/callbacks', methodNotAllowed('POST'))
}
