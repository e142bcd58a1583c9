import { createGuestBff, readConfigFromEnvironment } from 'genesys-guest-bff'
import { fromNodeMiddleware, useBase } from 'h3'
import type { IncomingMessage, ServerResponse } from 'node:http'

/** The paths that a page needs. All others, such as /metrics, are for operators, and must not be public. */
const PUBLIC =
  /^\/(?:guest-session|guest-attributes|messages|typing|events|attachments(?:\/[\w-]+)?|sign-in|deployment|availability|callbacks|knowledge\/(?:search|suggestions|articles\/[\w-]+(?:\/feedback)?)|transcript|survey|journey\/\w+|widget-config|healthz|assets\.json|client\.d\.ts|(?:client|guest-chat)[\w.-]*\.js|docs\/problems(?:\/[\w-]*)?)$/

/** `server/routes/chat/[...path].ts` in a Nuxt app. It mounts the service in Nitro, under the website's own origin. */
const bff = createGuestBff(readConfigFromEnvironment())

export default useBase(
  '/chat',
  // h3 waits for the response only if the handler has three parameters.
  fromNodeMiddleware((req: IncomingMessage, res: ServerResponse, next: () => void) => {
    const [path = ''] = (req.url ?? '').split('?', 1)
    if (PUBLIC.test(path)) bff.app(req as never, res as never, next)
    else res.writeHead(404).end()
  }),
)
