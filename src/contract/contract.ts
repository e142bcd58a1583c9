/**
 * The service's HTTP contract as a page sees it. The service's own OpenAPI document (`/openapi.json`)
 * says the same for other languages.
 */
export type * from './session.ts'
export type * from './messages.ts'
export type * from './message-content.ts'
export type * from './events.ts'
export type * from './deployment.ts'
