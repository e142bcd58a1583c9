import * as z from 'zod'
import { UpstreamError } from '../../errors/upstream-error.ts'
import { createPlatformCall, type PlatformAccess } from './platform-operations.ts'

const CreatedCallback = z.object({ conversation: z.object({ id: z.string().min(1) }) })

export interface NewCallback {
  readonly queueId: string
  readonly name: string
  /** E.164. */
  readonly number: string
  readonly country: string | undefined
  /** ISO 8601; undefined means as soon as possible. */
  readonly at: string | undefined
}

/** Each method throws `UpstreamError`. */
export interface CallbackOperations {
  /** @returns the id of the callback's conversation */
  createCallback(callback: NewCallback, deadlineAtMs: number): Promise<string>
  /**
   * Resolves if the OAuth client may create callbacks. To find out, requests a callback without a number, which Genesys
   * refuses as invalid.
   */
  requirePermission(queueId: string, deadlineAtMs: number): Promise<void>
}

export function createCallbackOperations(access: PlatformAccess): CallbackOperations {
  const call = createPlatformCall(access)
  const post = async (body: object, deadlineAtMs: number) =>
    call(
      {
        operation: 'create_callback',
        method: 'POST',
        path: 'conversations/callbacks',
        body,
        schema: CreatedCallback,
        permission: 'conversation:callback:create',
        idOf: 'the queue GENESYS_QUEUE_ID',
        retry: 'non-idempotent',
      },
      deadlineAtMs,
    )
  return {
    async createCallback({ queueId, name, number, country, at }, deadlineAtMs) {
      const { conversation } = await post(
        {
          queueId,
          callbackUserName: name,
          callbackNumbers: [number],
          ...(country !== undefined && { countryCode: country }),
          ...(at !== undefined && { callbackScheduledTime: at }),
        },
        deadlineAtMs,
      )
      return conversation.id
    },
    async requirePermission(queueId, deadlineAtMs) {
      try {
        await post({ queueId, callbackNumbers: [] }, deadlineAtMs)
      } catch (error) {
        if (!(error instanceof UpstreamError) || error.facts.status !== 400) throw error
      }
    },
  }
}
