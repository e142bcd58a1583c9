import * as z from 'zod'
import type { AccessToken } from '../../genesys/oauth/access-token.ts'
import type { UpstreamClient, UpstreamRequest } from '../../outgoing-http/upstream-client.ts'
import { callBudgetUsed, type CallBudget } from '../../outgoing-http/call-budget.ts'
import { idSegment } from '../../outgoing-http/id-segment.ts'

const References = z
  .array(z.object({ id: z.string().min(1) }))
  .nullish()
  .transform((list) => [...new Set(list?.map(({ id }) => id))])

const ScheduleGroup = z.object({
  state: z.string().nullish(),
  timeZone: z.string().nullish(),
  openSchedules: References,
  closedSchedules: References,
  holidaySchedules: References,
})

const Schedule = z.object({
  name: z.string().nullish(),
  state: z.string().nullish(),
  start: z.string(),
  end: z.string(),
  rrule: z.string().nullish(),
})

const EmergencyGroup = z.object({ state: z.string().nullish(), enabled: z.boolean().nullish() })

const Observations = z.object({
  results: z
    .array(
      z.object({
        data: z
          .array(
            z.object({
              metric: z.string().nullish(),
              stats: z.object({ count: z.number().nullish() }).nullish(),
            }),
          )
          .nullish(),
      }),
    )
    .nullish(),
})

const EstimatedWait = z.object({
  results: z.array(z.object({ estimatedWaitTimeSeconds: z.number() })).nullish(),
})

const Conversation = z.object({
  participants: z.array(z.object({ purpose: z.string().nullish(), state: z.string().nullish() })).nullish(),
})

const ENDED_STATES: readonly unknown[] = ['disconnected', 'terminated']

export type PlatformScheduleGroup = z.infer<typeof ScheduleGroup>
export type PlatformScheduleEntity = z.infer<typeof Schedule>
export type PlatformEmergencyGroup = z.infer<typeof EmergencyGroup>

/** What the service reads from Genesys Cloud about schedules and queues. Each method throws `UpstreamError`. */
export interface PlatformOperations {
  readScheduleGroup(id: string, deadlineAtMs: number): Promise<PlatformScheduleGroup>
  readSchedule(id: string, deadlineAtMs: number): Promise<PlatformScheduleEntity>
  readEmergencyGroup(id: string, deadlineAtMs: number): Promise<PlatformEmergencyGroup>
  /** The number of users on queue, with any routing status; undefined for a queue without observations. */
  countUsersOnQueue(queueId: string, deadlineAtMs: number): Promise<number | undefined>
  /**
   * The wait for a message that arrives now, or for a conversation in the queue; undefined if Genesys has no estimate.
   */
  estimateWaitSeconds(
    queueId: string,
    deadlineAtMs: number,
    conversationId?: string,
  ): Promise<number | undefined>
  /** Whether a guest is waiting in a queue: the bot or flow has handed the guest over, and no agent has answered. */
  isInQueue(conversationId: string, deadlineAtMs: number): Promise<boolean>
}

interface Operation<T> extends Pick<UpstreamRequest<T>, 'operation' | 'method' | 'schema' | 'body'> {
  /** Default: `never`, because each attempt counts toward the budget, and a later evaluation repeats a failed call. */
  readonly retry?: UpstreamRequest<T>['retry']
  readonly path: string
  readonly permission: string
  /** The object that the id in the request identifies, and the setting that contains the id. */
  readonly idOf: string
}

export interface PlatformAccess {
  readonly api: UpstreamClient
  readonly apiUrl: string
  readonly accessToken: AccessToken
  readonly budget: CallBudget
}

/** Calls Genesys Cloud operations within a budget. */
export function createPlatformCall({ api, apiUrl, accessToken, budget }: PlatformAccess) {
  return function call<T>(
    { path, permission, idOf, retry = 'never', ...request }: Operation<T>,
    deadlineAtMs: number,
  ): Promise<T> {
    const attempt = async (authorization: string) => {
      if (!(await budget.take())) throw budgetUsed(request.operation)
      return api.request({
        ...request,
        url: `${apiUrl}/api/v2/${path}`,
        headers: { authorization },
        retry,
        deadlineAtMs,
        explain: ({ status }) => {
          if (status === 403)
            return `The OAuth client needs a role with ${permission}, in the division of ${idOf}.`
          if (status === 404) return `Genesys does not know ${idOf}.`
          return undefined
        },
      })
    }
    return accessToken.authorize(attempt, deadlineAtMs)
  }
}

export function createPlatformOperations(access: PlatformAccess): PlatformOperations {
  const call = createPlatformCall(access)
  return {
    readScheduleGroup: (id, deadlineAtMs) =>
      call(
        {
          operation: 'read_schedule_group',
          method: 'GET',
          path: `architect/schedulegroups/${idSegment(id)}`,
          schema: ScheduleGroup,
          permission: 'routing:scheduleGroup:view',
          idOf: 'the schedule group GENESYS_SCHEDULE_GROUP_ID',
        },
        deadlineAtMs,
      ),
    readSchedule: (id, deadlineAtMs) =>
      call(
        {
          operation: 'read_schedule',
          method: 'GET',
          path: `architect/schedules/${idSegment(id)}`,
          schema: Schedule,
          permission: 'routing:schedule:view',
          idOf: `the schedule ${idText(id)}`,
        },
        deadlineAtMs,
      ),
    readEmergencyGroup: (id, deadlineAtMs) =>
      call(
        {
          operation: 'read_emergency_group',
          method: 'GET',
          path: `architect/emergencygroups/${idSegment(id)}`,
          schema: EmergencyGroup,
          permission: 'routing:emergencyGroup:view',
          idOf: 'the emergency group GENESYS_EMERGENCY_GROUP_ID',
        },
        deadlineAtMs,
      ),
    async countUsersOnQueue(queueId, deadlineAtMs) {
      const predicate = { type: 'dimension', dimension: 'queueId', operator: 'matches', value: queueId }
      const { results } = await call(
        {
          operation: 'query_queue',
          method: 'POST',
          path: 'analytics/queues/observations/query',
          body: { filter: { type: 'or', predicates: [predicate] }, metrics: ['oOnQueueUsers', 'oWaiting'] },
          schema: Observations,
          permission: 'analytics:queueObservation:view',
          idOf: 'the queue GENESYS_QUEUE_ID',
        },
        deadlineAtMs,
      )
      if (!results || results.length === 0) return undefined
      return results
        .flatMap(({ data }) => data ?? [])
        .filter(({ metric }) => metric === 'oOnQueueUsers')
        .reduce((sum, { stats }) => sum + (stats?.count ?? 0), 0)
    },
    async estimateWaitSeconds(queueId, deadlineAtMs, conversationId) {
      const queue = `routing/queues/${idSegment(queueId)}`
      const { results } = await call(
        {
          operation: 'estimate_wait',
          method: 'GET',
          path:
            conversationId === undefined
              ? `${queue}/mediatypes/message/estimatedwaittime`
              : `${queue}/estimatedwaittime?conversationId=${encodeURIComponent(conversationId)}`,
          schema: EstimatedWait,
          permission: 'routing:queue:view',
          idOf: 'the queue GENESYS_QUEUE_ID',
        },
        deadlineAtMs,
      )
      return results?.[0]?.estimatedWaitTimeSeconds
    },
    async isInQueue(conversationId, deadlineAtMs) {
      const { participants } = await call(
        {
          operation: 'read_conversation',
          method: 'GET',
          path: `conversations/messages/${idSegment(conversationId)}`,
          schema: Conversation,
          permission: 'conversation:message:view',
          idOf: 'the queue GENESYS_QUEUE_ID',
        },
        deadlineAtMs,
      )
      return (
        participants?.some(({ purpose, state }) => purpose === 'acd' && !ENDED_STATES.includes(state)) ??
        false
      )
    },
  }
}

const budgetUsed = (operation: string) =>
  callBudgetUsed({
    operation,
    hint: 'At most 20 calls per minute are made for availability. Reading a schedule group with many schedules takes several minutes.',
    retryAfterSeconds: 5,
  })

/** A text that stands for an id from Genesys and is safe to log. */
export function idText(id: string): string {
  return /^[\w-]{1,64}$/.test(id) ? id : 'with an unusual id'
}
