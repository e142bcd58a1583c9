/** What an application imports to mount the service itself: `app.use('/chat', createGuestBff(config).app)`. */
export { readConfig, readConfigFromEnvironment, ConfigError, type Config } from './config.ts'
export { createGuestBff, type GuestBff, type GuestBffOptions } from './guest-bff.ts'
export { startService, type RunningService } from './run-service.ts'
export type { TrustedAttributes, TrustedVisitor } from './sessions/identity.ts'
export type { Visitor } from './sessions/user-token.ts'
export type { GuestApi, GuestEvent, Message, Content } from './genesys/guest-api.ts'
