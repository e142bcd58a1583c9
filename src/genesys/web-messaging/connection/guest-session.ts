import { PLATFORM_LIMITS, type Limits } from '../../guest-api.ts'
import type { SessionResponse } from '../wire/frames.ts'

/** What Genesys said of a guest's session when it was last configured. */
export interface GuestSession {
  readonly isNew: boolean
  readonly isReadOnly: boolean
  readonly limits: Limits
  readonly expiresAtMs: number | undefined
}

const MAX_FILE_SIZE_KB = 10_240

/**
 * Every guest of a deployment has the same limits, with dozens of file extensions: a reader gives them
 * all one object, so that ten thousand guests don't hold ten thousand copies.
 */
export function createSessionReader(): (response: SessionResponse) => GuestSession {
  let shared: { readonly text: string; readonly limits: Limits } | undefined
  return function readSession(response) {
    const limits = readLimits(response)
    const text = JSON.stringify(limits)
    if (shared?.text !== text) shared = { text, limits }
    return {
      isNew: response.newSession ?? false,
      isReadOnly: response.readOnly ?? false,
      limits: shared.limits,
      expiresAtMs: response.expirationDate === undefined ? undefined : response.expirationDate * 1000,
    }
  }
}

function readLimits({ maxCustomDataBytes, allowedMedia, blockedExtensions }: SessionResponse): Limits {
  const inbound = allowedMedia?.inbound
  const fileTypes = inbound?.fileTypes?.map(({ type }) => type) ?? []
  return {
    ...PLATFORM_LIMITS,
    ...(maxCustomDataBytes !== undefined && { maxAttributeBytes: maxCustomDataBytes }),
    // Genesys: no media types listed means that attachments are off.
    ...(fileTypes.length > 0 && {
      attachments: {
        maxFileSizeKB: inbound?.maxFileSizeKB ?? MAX_FILE_SIZE_KB,
        fileTypes,
        blockedExtensions: blockedExtensions ?? [],
      },
    }),
  }
}
