import type { Guest, GuestApi } from '../../genesys/guest-api.ts'
import { UpstreamError } from '../../errors/upstream-error.ts'
import type { AvailabilityOfSite } from './availability.ts'
import type { CallBudget } from '../../outgoing-http/call-budget.ts'
import { waitRange, type WaitMinutes } from './wait-range.ts'

/** What is remembered about a guest between two estimates. */
export interface KnownConversation {
  id?: string | undefined
  /** Genesys has refused an estimate for this conversation. */
  isRefused?: boolean
  /** Genesys has refused to show the conversation. */
  isHidden?: boolean
}

type Ask<T> = (guest: Guest, known: KnownConversation, deadlineAtMs: number) => Promise<T | undefined>

export interface GuestWait {
  /** Approximately how much longer the guest will wait; undefined if that is not known. */
  readonly estimate: Ask<WaitMinutes>
  /** Whether the guest is in a queue; undefined if that is not known. */
  readonly isInQueue: Ask<boolean>
}

/**
 * Estimates how much longer a guest will wait. While the budget allows it, the estimate is for the guest's own
 * conversation, and otherwise for the queue.
 */
export function createGuestWait(options: {
  readonly site: Pick<AvailabilityOfSite, 'current' | 'platform' | 'budget'>
  readonly queueId: string
  readonly guestApi: Pick<GuestApi, 'conversationId'>
  /** The budget for individual guests' estimates, which is part of the site's budget. */
  readonly ownBudget: CallBudget
}): GuestWait {
  const { site, queueId, guestApi, ownBudget } = options

  async function conversationOf(guest: Guest, known: KnownConversation, deadlineAtMs: number) {
    if (known.id !== undefined || !guestApi.conversationId) return known.id
    if (!(await ownBudget.take()) || !(await site.budget.take())) return undefined
    known.id = await guestApi.conversationId(guest, deadlineAtMs)
    return known.id
  }

  async function isInQueue(guest: Guest, known: KnownConversation, deadlineAtMs: number) {
    known.isHidden ??= !guestApi.conversationId
    if (known.isHidden) return undefined
    try {
      const id = await conversationOf(guest, known, deadlineAtMs)
      if (id === undefined || !(await ownBudget.take())) return undefined
      return await site.platform.isInQueue(id, deadlineAtMs)
    } catch (error) {
      if (!(error instanceof UpstreamError)) throw error
      const { status } = error.facts
      known.isHidden = status === 403 || status === 404
      return undefined
    }
  }

  async function ownWait(guest: Guest, known: KnownConversation, deadlineAtMs: number) {
    if (known.isRefused === true) return undefined
    try {
      const id = await conversationOf(guest, known, deadlineAtMs)
      if (id === undefined || !(await ownBudget.take())) return undefined
      return waitRange(await site.platform.estimateWaitSeconds(queueId, deadlineAtMs, id))
    } catch (error) {
      if (!(error instanceof UpstreamError)) throw error
      const { status } = error.facts
      known.isRefused = status === 403 || status === 404
      return undefined
    }
  }

  return {
    isInQueue,
    async estimate(guest, known, deadlineAtMs) {
      const { availability } = await site.current()
      // An outdated estimate would be worse than none.
      if (availability.state !== 'open' || availability.stale) return undefined
      return (await ownWait(guest, known, deadlineAtMs)) ?? availability.waitMinutes
    },
  }
}
