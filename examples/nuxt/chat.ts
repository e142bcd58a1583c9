import { createGuestBff, readConfigFromEnvironment } from 'genesys-guest-bff'
import { fromNodeMiddleware, useBase } from 'h3'

/** `server/routes/chat/[...path].ts` of a Nuxt app: the service mounted in Nitro, under the website's own origin. */
const bff = createGuestBff(readConfigFromEnvironment())

export default useBase('/chat', fromNodeMiddleware(bff.app))
