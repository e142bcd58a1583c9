import { type Request, Router } from 'express'
import * as z from 'zod'
import { type Conversations, setAttributes } from '../conversation/conversations.ts'
import type { Conversation, Entry, Participant } from '../conversation/guest-session.ts'
import type { OAuth } from './oauth-endpoint.ts'
import { badRequest, invalidValue, notFound } from './platform-errors.ts'

const MESSAGES = '/api/v2/conversations/messages'
const ATTRIBUTES = '/:conversationId/participants/:participantId/attributes'

const VIEW = ['conversation:message:view', 'conversation:webmessaging:view']
const END = ['conversation:communication:disconnect', 'conversation:message:park']

const Attributes = z.looseObject({ attributes: z.record(z.string(), z.string()) })
const State = z.looseObject({ state: z.literal('disconnected') })

/** The contact center's side of a conversation, for an OAuth client. */
export function conversationEndpoints(conversations: Conversations, oauth: OAuth): Router {
  const router = Router()

  /** Finds a message's conversation. The id is the message's `id`, not its `channel.messageId`. */
  router.get(`${MESSAGES}/:messageId/details`, (req, res) => {
    oauth.authorize(req, ...VIEW)
    const entry = conversations.entryOf(req.params.messageId)
    if (!entry?.conversation) throw notFound()
    res.json(detailsOf(entry, entry.conversation))
  })

  router.get(`${MESSAGES}/:conversationId`, (req, res) => {
    oauth.authorize(req)
    res.json(messageConversationOf(conversationIn(req)))
  })

  router.get('/api/v2/conversations/:conversationId', (req, res) => {
    oauth.authorize(req)
    res.json(conversationOf(conversationIn(req)))
  })

  router.patch(`${MESSAGES}${ATTRIBUTES}`, (req, res) => {
    res.json({ attributes: writeAttributes(req) })
  })

  /** For any media type. The official SDK expects a response without a body. */
  router.patch(`/api/v2/conversations${ATTRIBUTES}`, (req, res) => {
    writeAttributes(req)
    res.end()
  })

  router.patch(`${MESSAGES}/:conversationId`, (req, res) => {
    oauth.authorize(req, ...END)
    const conversation = conversationIn(req)
    if (!State.safeParse(req.body).success) throw badRequest()
    conversations.disconnect(conversation)
    res.json(conversationOf(conversation))
  })

  router.post('/api/v2/conversations/:conversationId/disconnect', (req, res) => {
    oauth.authorize(req, 'conversation:communication:disconnect')
    conversations.disconnect(conversationIn(req))
    res.status(204).end()
  })

  function writeAttributes(req: Request): Participant['attributes'] {
    oauth.authorize(req)
    const { customer, agent } = conversationIn(req)
    const participant = [customer, agent].find(({ id }) => id === req.params.participantId)
    if (!participant) throw notFound()
    const { success, data } = Attributes.safeParse(req.body)
    if (!success) throw invalidValue('attributes')
    setAttributes(participant, data.attributes)
    return participant.attributes
  }

  function conversationIn(req: Request): Conversation {
    const conversation = conversations.byId(String(req.params.conversationId))
    if (!conversation) throw notFound()
    return conversation
  }

  return router
}

function detailsOf(entry: Entry, conversation: Conversation) {
  const { message } = entry
  const { time, type, messageId, from, to } = message.channel
  const channel = { time, type, ...(messageId !== undefined && { messageId }), from, to }
  return {
    id: message.id,
    direction: message.direction.toLowerCase(),
    messengerType: 'webmessaging',
    timestamp: message.channel.time,
    status: statusOf(entry),
    normalizedMessage: { ...message, channel },
    conversationId: conversation.id,
    selfUri: `${MESSAGES}/${message.id}/details`,
  }
}

/** As `MessageConversation` in the official SDK's types. */
function messageConversationOf(conversation: Conversation) {
  const { id, startedAtMs } = conversation
  const participant = ({ id: participantId, purpose, name, attributes }: Participant) => ({
    id: participantId,
    purpose,
    name,
    attributes,
    state: stateOf(conversation, purpose),
    startTime: new Date(startedAtMs).toISOString(),
    type: 'webmessaging',
    messages: messagesOf(conversation, purpose),
  })
  return { id, participants: participantsOf(conversation).map(participant), selfUri: `${MESSAGES}/${id}` }
}

/** The agent follows the queue. */
function participantsOf({ customer, acd, isQueued, agent }: Conversation): Participant[] {
  return [customer, ...(acd ? [acd] : []), ...(isQueued ? [] : [agent])]
}

function stateOf({ connected, isQueued }: Conversation, purpose: Participant['purpose']) {
  return connected && (purpose !== 'acd' || isQueued) ? 'connected' : 'disconnected'
}

/** As `Conversation`: the messages belong to one communication. */
function conversationOf(conversation: Conversation) {
  const { id, startedAtMs } = conversation
  const startTime = new Date(startedAtMs).toISOString()
  const participant = ({ communicationId, id: participantId, purpose, name, attributes }: Participant) => ({
    id: participantId,
    purpose,
    name,
    attributes,
    startTime,
    messages: [
      {
        id: communicationId,
        state: stateOf(conversation, purpose),
        direction: 'inbound',
        type: 'webmessaging',
        held: false,
        provider: 'Genesys Cloud Messaging',
        messages: messagesOf(conversation, purpose),
      },
    ],
  })
  return {
    id,
    startTime,
    participants: participantsOf(conversation).map(participant),
    selfUri: `/api/v2/conversations/${id}`,
  }
}

function messagesOf(conversation: Conversation, purpose: Participant['purpose']) {
  if (purpose === 'acd') return []
  const direction = purpose === 'customer' ? 'Inbound' : 'Outbound'
  return conversation.session.entries
    .filter((entry) => entry.conversation === conversation && entry.message.direction === direction)
    .map((entry) => ({
      messageId: entry.message.id,
      messageStatus: statusOf(entry),
      messageTime: entry.message.channel.time,
    }))
}

function statusOf({ message, isUndelivered }: Entry) {
  if (message.direction === 'Inbound') return 'received'
  return isUndelivered ? 'delivery-failed' : 'delivery-success'
}
