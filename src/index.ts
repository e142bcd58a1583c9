/** The main entry point, for applications that mount the service: `app.use('/chat', createGuestBff(config).app)`. */
export { ConfigError, type Config } from './service/settings/config.ts'
export { readConfig, readConfigFromEnvironment } from './service/settings/read-config.ts'
export { createGuestBff, type GuestBff, type GuestBffOptions } from './service/guest-bff.ts'
export { startService, type RunningService } from './service/run-service.ts'
export type { TrustedAttributes, TrustedVisitor } from './service/sessions/identity.ts'
export type { Visitor } from './service/sessions/user-token.ts'
export type { GuestApi, GuestEvent, Message, Content } from './service/genesys/guest-api.ts'
