import * as z from 'zod'

/** Headers of `POST /messages`. */
export const idempotency = z.object({
  'Idempotency-Key': z.string().optional().meta({
    description:
      'Identifies this message. A retry with the same key and body gets the response to the first request, from any replica that knows the key.',
  }),
  'Idempotency-Retry': z
    .string()
    .regex(/^\d{1,9}$/)
    .optional()
    .meta({
      description:
        'The number of earlier attempts. If it is 1 or more, a replica that does not know the key looks for the ' +
        'message in the recent history before it sends the message.',
    }),
  'Idempotency-After': z.string().optional().meta({
    description:
      'On a retry: the id of the last message that the page knew at the first attempt; empty if there was none. The history is searched back to this message.',
  }),
})
