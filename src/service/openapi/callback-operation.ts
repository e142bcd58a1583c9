import * as z from 'zod'
import { RequestCallback } from '../routes/schemas.ts'
import { Callback } from './response-schemas.ts'
import { json, GUEST_PROBLEMS, UPSTREAM, WITH_BODY, type Operation } from './operation.ts'

export const CALLBACK_OPERATION: Operation = {
  method: 'post',
  path: '/callbacks',
  summary: 'Request a callback',
  description:
    'Adds a callback to the queue `GENESYS_QUEUE_ID`, at a time when the contact center is open. Any other time is refused, and `nextPossibleAt` in the response is the next possible time. With an `Idempotency-Key`, the callback is requested only once, no matter how many times the request is repeated.',
  tag: 'guest',
  session: 'required',
  body: RequestCallback,
  examples: { 'As soon as possible': { name: 'Jane Doe', phone: '+49 30 901820' } },
  headers: z.object({
    'Idempotency-Key': z.string().optional().meta({ description: 'Identifies this callback.' }),
  }),
  answers: { 201: json(Callback, 'Genesys has accepted the callback') },
  problems: [
    ...WITH_BODY,
    ...GUEST_PROBLEMS,
    ...UPSTREAM,
    'callback_not_allowed',
    'callback_outside_hours',
    'delivery_unknown',
    'request_in_progress',
    'idempotency_key_reused',
    'not_enabled',
  ],
}
