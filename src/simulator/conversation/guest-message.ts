import * as z from 'zod'
import type { Content } from '../socket/payloads.ts'

const Strings = z.record(z.string(), z.string())
const Channel = z.looseObject({
  metadata: z.looseObject({ customAttributes: Strings.optional() }).optional(),
})

const ButtonResponse = z.looseObject({
  type: z.enum(['Button', 'DatePicker', 'Form', 'ListPicker', 'QuickReply']),
  text: z.string().optional(),
  payload: z.string().optional(),
})

/** Genesys: the Java SDK's schema requires these; the link to the form is `originatingMessageId`. */
const FormResponse = z.looseObject({
  cannedResponseId: z.string(),
  originatingMessageId: z.string().optional(),
  response: z.array(
    z.looseObject({
      id: z.string(),
      component: z.looseObject({
        contentType: z.literal('ButtonResponse'),
        buttonResponse: z.looseObject({ type: z.literal('Form'), text: z.string(), payload: z.string() }),
      }),
    }),
  ),
})

const ContentElement = z.union([
  z.looseObject({
    contentType: z.literal('Attachment'),
    attachment: z.looseObject({ id: z.string() }),
  }),
  z.looseObject({ contentType: z.literal('ButtonResponse'), buttonResponse: ButtonResponse }),
  z.looseObject({ contentType: z.literal('Form'), form: FormResponse }),
])

const GuestEvent = z.looseObject({
  eventType: z.string(),
  presence: z.looseObject({ type: z.string() }).optional(),
  typing: z.looseObject({ type: z.string(), duration: z.number().optional() }).optional(),
})

const Message = z.looseObject({
  type: z.enum(['Text', 'Structured', 'Event']).optional(),
  text: z.string().optional(),
  content: z.array(ContentElement).optional(),
  events: z.array(GuestEvent).optional(),
  metadata: Strings.optional(),
  channel: Channel.optional(),
})

export const OnMessage = z.looseObject({ message: Message })

export type GuestMessage = z.infer<typeof Message>

/** The field next to `message`, which the platform has ignored since June 2026. */
export function legacyAttributesOf(request: { [field: string]: unknown }): Record<string, string> {
  const { data } = Channel.safeParse(request.channel)
  return data?.metadata?.customAttributes ?? {}
}

/** What the guest has chosen with quick replies, buttons or dates, for a message without text. */
export function chosenIn(content: Content[]): string {
  const chosen = content.flatMap(({ buttonResponse }) =>
    buttonResponse ? [buttonResponse as z.infer<typeof ButtonResponse>] : [],
  )
  return chosen.map(({ payload, text }) => payload ?? text ?? '').join(' ')
}
