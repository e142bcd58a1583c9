import { Router } from 'express'
import * as z from 'zod'
import type { Agent } from '../agent/agent.ts'
import type { GuestSessions } from '../conversation/guest-sessions.ts'
import type { OAuth } from './oauth-endpoint.ts'
import { badRequest, notFound } from './platform-errors.ts'
import type { Settings } from '../settings.ts'

const PATH = '/api/v2/conversations/messages/agentless'

const Outbound = z.looseObject({
  fromAddress: z.string(),
  externalContactId: z.string(),
  toAddressMessengerType: z.literal('webmessaging'),
  textBody: z.string().min(1),
  useExistingActiveConversation: z.boolean().optional(),
})

/**
 * Messages from a flow or an application to a guest, without an agent. Genesys sends them from the deployment
 * to an external contact.
 */
export function agentlessMessages(parts: {
  settings: Settings
  sessions: GuestSessions
  oauth: OAuth
  agent: Agent
}): Router {
  const { settings, sessions, oauth, agent } = parts
  const router = Router()
  router.post(PATH, (req, res) => {
    oauth.authorize(req, 'conversation:message:create')
    const { success, data } = Outbound.safeParse(req.body)
    if (!success || data.fromAddress !== settings.deploymentId) throw badRequest()
    const { fromAddress, externalContactId, textBody, useExistingActiveConversation = false } = data
    const session = sessions.all().find((one) => one.externalContactId === externalContactId)
    if (!session) throw notFound()
    const { id, channel } = agent.says(session, textBody, 'bot')
    res.status(202).json({
      id,
      conversationId: session.conversation?.id,
      fromAddress,
      toAddress: externalContactId,
      messengerType: 'webmessaging',
      useExistingActiveConversation,
      timestamp: channel.time,
      selfUri: `/api/v2/conversations/messages/${id}/details`,
    })
  })
  return router
}
