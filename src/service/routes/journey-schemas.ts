import * as z from 'zod'
import { languageTag, line, refuseProto } from './schemas.ts'

const visitorId = z.uuid().meta({ description: 'The id that the page keeps for this visitor.' })
const id = line(64)
const webAddress = z.url({ protocol: /^https?$/, error: 'must be a web address' }).max(2048)

const JourneyPage = z
  .strictObject({ url: webAddress, title: line(256), language: languageTag.optional() })
  .meta({ id: 'JourneyPage', description: 'The website page that sends the request.' })

const EventAttributes = z.preprocess(
  refuseProto,
  z
    .record(
      z
        .string()
        .regex(
          /^[A-Za-z][\w.-]{0,63}$/,
          'must start with a letter and contain only letters, digits, _, . and -',
        ),
      z.union([z.string().max(512), z.number(), z.boolean()]),
    )
    .refine((attributes) => Object.keys(attributes).length <= 20, 'must have at most 20 keys'),
)

const EXAMPLE_ID = '1c9d3f0e-6f0e-4d0b-9c0e-7f1f1a2b3c4d'

export const JourneyEvent = z
  .strictObject({
    visitorId,
    name: z
      .string()
      .regex(
        /^[A-Za-z][\w.-]{0,127}$/,
        'must start with a letter and contain only letters, digits, _, . and -',
      )
      .meta({ example: 'page_viewed' }),
    page: JourneyPage,
    referrer: webAddress.optional(),
    attributes: EventAttributes.optional(),
  })
  .meta({ id: 'JourneyEvent' })

export const JourneyQuestion = z
  .strictObject({ visitorId, sessionId: id.optional(), page: JourneyPage })
  .meta({ id: 'JourneyQuestion' })

export const JourneyAnswer = z
  .strictObject({
    invitationId: id,
    sessionId: id,
    state: z.enum(['offered', 'accepted', 'rejected', 'ignored']).meta({
      description:
        '`offered`: the invitation was shown. `ignored`: it was not shown, or the visitor did not respond to it.',
    }),
  })
  .meta({ id: 'JourneyAnswer' })

export { EXAMPLE_ID as EXAMPLE_VISITOR_ID }
