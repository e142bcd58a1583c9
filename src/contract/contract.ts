/**
 * The service's HTTP contract, as TypeScript types for pages. The service's OpenAPI document
 * (`/openapi.json`) describes the same contract for other languages.
 */
export type * from './challenge.ts'
export type * from './session.ts'
export type * from './messages.ts'
export type * from './message-content.ts'
export type * from './events.ts'
export type * from './deployment.ts'
export type * from './availability.ts'
export type * from './callbacks.ts'
export type * from './knowledge.ts'
export type * from './transcript.ts'
export type * from './pre-chat.ts'
export type * from './journey.ts'
