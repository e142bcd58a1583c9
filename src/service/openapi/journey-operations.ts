import * as z from 'zod'
import * as requests from '../routes/journey-schemas.ts'
import { json, nothing, UPSTREAM, WITH_BODY, type Operation } from './operation.ts'

const JourneyInvitation = z
  .object({
    id: z.string(),
    sessionId: z.string(),
    text: z.string().optional().meta({ description: 'Text that the administrator wrote.' }),
    actionMap: z.object({ id: z.string(), version: z.number() }),
  })
  .meta({
    id: 'JourneyInvitation',
    description: 'A chat offer that an action map makes to this visitor.',
  })

export const JourneyInvitations = z
  .object({
    sessionId: z.string().optional().meta({ description: "Genesys' id for the visit." }),
    invitations: z.array(JourneyInvitation),
    askAgainAfterSeconds: z.number(),
  })
  .meta({ id: 'JourneyInvitations' })

const page = { url: 'http://localhost:3000/', title: 'Lamps' }
const visitorId = requests.EXAMPLE_VISITOR_ID
const common = { method: 'post', tag: 'page', session: 'none' } as const
const problems = [...WITH_BODY, ...UPSTREAM, 'not_enabled'] as const

export const JOURNEY_OPERATIONS: readonly Operation[] = [
  {
    ...common,
    path: '/journey/events',
    summary: 'Record a page view or an event',
    description:
      "Sends the event to Genesys' journey, and returns the invitations that action maps have for this visitor. Only the host, the path and the `utm_…` parameters of the page's address are sent. Needs `JOURNEY`.",
    body: requests.JourneyEvent,
    examples: {
      'A page view': { visitorId, name: 'page_viewed', page },
      'An event from the website': { visitorId, name: 'cart_filled', page, attributes: { items: 3 } },
    },
    answers: { 200: json(JourneyInvitations, 'Recorded') },
    problems,
  },
  {
    ...common,
    path: '/journey/invitations',
    summary: 'Request the invitations again',
    description: 'Call this after `askAgainAfterSeconds` if there is no event to record. Needs `JOURNEY`.',
    body: requests.JourneyQuestion,
    examples: { 'Later, on the same page': { visitorId, page } },
    answers: { 200: json(JourneyInvitations, 'The current invitations') },
    problems,
  },
  {
    ...common,
    path: '/journey/answers',
    summary: 'Report the outcome of an invitation',
    description: 'Genesys counts the outcome and does not offer the invitation again. Needs `JOURNEY`.',
    body: requests.JourneyAnswer,
    examples: { 'It was shown': { invitationId: visitorId, sessionId: visitorId, state: 'offered' } },
    answers: { 204: nothing('Recorded') },
    problems,
  },
]
