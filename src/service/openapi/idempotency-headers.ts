import * as z from 'zod'

/** Headers of `POST /messages`. */
export const idempotency = z.object({
  'Idempotency-Key': z.string().optional().meta({
    description:
      'Names this message. The same key and body get the first response from a replica that knows the key.',
  }),
  'Idempotency-Retry': z
    .string()
    .regex(/^\d{1,9}$/)
    .optional()
    .meta({
      description:
        'How many attempts were made before. From 1 on, a replica that does not know the key looks for the message ' +
        'in the recent history before it sends it.',
    }),
  'Idempotency-After': z.string().optional().meta({
    description:
      'On a retry: the id of the last message known at the first attempt, or empty. The history is searched back to it.',
  }),
})
