import { randomUUID } from 'node:crypto'
import { Router } from 'express'
import * as z from 'zod'
import type { ContactCenter, ScheduleList } from '../conversation/contact-center.ts'
import type { OAuth } from './oauth-endpoint.ts'
import { badRequest, invalidValue, notFound } from './platform-errors.ts'
import type { Settings } from '../settings.ts'

const ARCHITECT = '/api/v2/architect'
const QUEUES = '/api/v2/routing/queues'
const VIEW_QUEUE = 'routing:queue:view'

const Query = z.object({
  filter: z.object({
    type: z.enum(['and', 'or']),
    predicates: z
      .array(
        z.object({
          type: z.literal('dimension').optional(),
          dimension: z.literal('queueId'),
          operator: z.literal('matches').optional(),
          value: z.string(),
        }),
      )
      .min(1),
  }),
  metrics: z.array(z.string()).optional(),
})

const Callback = z.object({
  queueId: z.string().optional(),
  routingData: z.object({ queueId: z.string() }).loose().optional(),
  callbackUserName: z.string().optional(),
  callbackNumbers: z.array(z.string()).min(1),
  callbackScheduledTime: z.iso.datetime().optional(),
  countryCode: z.string().optional(),
  validateCallbackNumbers: z.boolean().optional(),
  data: z.record(z.string(), z.string()).optional(),
})

/** Schedules, emergencies, the queue and callbacks, for an OAuth client. */
export function contactCenterEndpoints(settings: Settings, center: ContactCenter, oauth: OAuth): Router {
  const router = Router()
  const { scheduleGroupId, emergencyGroupId, queueId } = center

  router.get(`${ARCHITECT}/schedulegroups/:id`, (req, res) => {
    oauth.authorize(req, 'routing:scheduleGroup:view')
    if (req.params.id !== scheduleGroupId) throw notFound()
    res.json({
      id: scheduleGroupId,
      name: 'Simulated schedule group',
      ...center.group,
      openSchedules: references('open'),
      closedSchedules: references('closed'),
      holidaySchedules: references('holiday'),
      selfUri: `${ARCHITECT}/schedulegroups/${scheduleGroupId}`,
    })
  })

  router.get(`${ARCHITECT}/schedules/:id`, (req, res) => {
    oauth.authorize(req, 'routing:schedule:view')
    const schedule = center.schedules.get(req.params.id)
    if (schedule === undefined) throw notFound()
    res.json({ ...schedule, selfUri: `${ARCHITECT}/schedules/${schedule.id}` })
  })

  router.get(`${ARCHITECT}/emergencygroups/:id`, (req, res) => {
    oauth.authorize(req, 'routing:emergencyGroup:view')
    if (req.params.id !== emergencyGroupId) throw notFound()
    res.json({
      id: emergencyGroupId,
      name: 'Simulated emergency group',
      state: 'active',
      enabled: center.emergency.enabled,
      emergencyCallFlows: [],
      selfUri: `${ARCHITECT}/emergencygroups/${emergencyGroupId}`,
    })
  })

  router.post('/api/v2/analytics/queues/observations/query', (req, res) => {
    oauth.authorize(req, 'analytics:queueObservation:view')
    const { success, data } = Query.safeParse(req.body)
    if (!success) throw badRequest()
    const isAsked = data.filter.predicates.some(({ value }) => value === queueId)
    const metrics = data.metrics ?? ['oOnQueueUsers', 'oWaiting']
    res.json({ results: isAsked ? observations(center, metrics) : [] })
  })

  router.get(`${QUEUES}/:id/estimatedwaittime`, (req, res) => {
    oauth.authorize(req, VIEW_QUEUE)
    if (req.params.id !== queueId) throw notFound()
    res.json(estimatedWait(center))
  })

  router.get(`${QUEUES}/:id/mediatypes/:mediaType/estimatedwaittime`, (req, res) => {
    oauth.authorize(req, VIEW_QUEUE)
    if (req.params.id !== queueId) throw notFound()
    res.json(estimatedWait(center))
  })

  router.post('/api/v2/conversations/callbacks', (req, res) => {
    oauth.authorize(req, 'conversation:callback:create')
    const { success, data } = Callback.safeParse(req.body)
    if (!success) throw badRequest()
    const { callbackScheduledTime: scheduledTime, callbackUserName: userName } = data
    const wantedQueueId = data.queueId ?? data.routingData?.queueId
    if (wantedQueueId !== queueId) throw invalidValue('queueId')
    if (scheduledTime !== undefined && Date.parse(scheduledTime) <= settings.now())
      throw invalidValue('callbackScheduledTime')
    const conversationId = randomUUID()
    center.callbacks.push({
      conversationId,
      queueId,
      numbers: data.callbackNumbers,
      data: data.data ?? {},
      ...(userName !== undefined && { userName }),
      ...(scheduledTime !== undefined && { scheduledTime }),
    })
    res.json({
      conversation: { id: conversationId, selfUri: `/api/v2/conversations/callbacks/${conversationId}` },
      callbackIdentifiers: [{ type: 'ACD', id: randomUUID() }],
    })
  })

  function references(list: ScheduleList) {
    return center.lists[list].map((id) => ({
      id,
      name: center.schedules.get(id)?.name ?? 'Schedule',
      selfUri: `${ARCHITECT}/schedules/${id}`,
    }))
  }

  return router
}

/** Counts users by routing status, for the whole queue, and interactions by media type. */
function observations({ queue, queueId }: ContactCenter, metrics: readonly string[]) {
  const { usersOnQueue, waiting } = queue
  const interacting = Math.floor(usersOnQueue / 2)
  const users = [
    { metric: 'oOnQueueUsers', qualifier: 'IDLE', stats: { count: usersOnQueue - interacting } },
    { metric: 'oOnQueueUsers', qualifier: 'INTERACTING', stats: { count: interacting } },
  ]
  const interactions = [{ metric: 'oWaiting', stats: { count: waiting } }]
  const asked = ({ metric }: { metric: string }) => metrics.includes(metric)
  return [
    { group: { queueId }, data: users.filter(asked) },
    { group: { queueId, mediaType: 'message' }, data: interactions.filter(asked) },
  ]
}

function estimatedWait({ queue }: ContactCenter) {
  return {
    results: [
      {
        intent: 'ALL',
        formula: 'BEST',
        estimatedWaitTimeSeconds: queue.estimatedWaitSeconds,
      },
    ],
  }
}
