import type { Message } from '../genesys/guest-api.ts'
import { createNewestAttributes, type NewestAttributes } from './guest-attributes.ts'
import { createAttempts, type Attempts } from './idempotency.ts'
import { createRegistryMemory, type RegistryMemory } from './session-registry.ts'

/**
 * What a process remembers about sessions in addition to their tokens. It is carried over when a site's
 * settings change.
 */
export interface SessionMemory {
  readonly registry: RegistryMemory
  readonly attempts: Attempts<Message>
  readonly newestAttributes: NewestAttributes
}

export function createSessionMemory(): SessionMemory {
  return {
    registry: createRegistryMemory(),
    attempts: createAttempts(),
    newestAttributes: createNewestAttributes(),
  }
}
