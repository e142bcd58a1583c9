import { createGuestBff, readConfigFromEnvironment } from 'genesys-guest-bff'
import { fromNodeMiddleware, useBase } from 'h3'

/** What a page needs. Everything else, such as metrics, is for operators. */
const PUBLIC =
  /^\/(?:guest-session|guest-attributes|messages|typing|events|attachments(?:\/[\w-]+)?|sign-in|deployment|widget-config|healthz|assets\.json|client\.d\.ts|(?:client|guest-chat)[\w.-]*\.js|docs\/problems(?:\/[\w-]+)?)$/

/** `server/routes/chat/[...path].ts` of a Nuxt app: the service mounted in Nitro, under the website's own origin. */
const bff = createGuestBff(readConfigFromEnvironment())

interface NodeRequest {
  readonly url?: string
}
interface NodeResponse {
  statusCode: number
  end(): void
}

export default useBase(
  '/chat',
  fromNodeMiddleware((req: NodeRequest, res: NodeResponse) => {
    const [path = ''] = (req.url ?? '').split('?', 1)
    if (PUBLIC.test(path)) return bff.app(req as never, res as never)
    res.statusCode = 404
    res.end()
  }),
)
