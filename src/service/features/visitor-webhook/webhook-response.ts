import * as z from 'zod'
import { PLATFORM_LIMITS } from '../../genesys/guest-api.ts'
import type { Outcome } from '../../outgoing-http/http-attempt.ts'
import { MAX_WEBHOOK_RESPONSE_BYTES } from '../../outgoing-http/signed-webhook.ts'

/** What the site's backend states about a visitor. */
export interface KnownVisitor {
  readonly visitor: string | undefined
  readonly attributes: Readonly<Record<string, string>>
  readonly expiresInSeconds: number | undefined
}

/** Why there is no valid response. The texts quote nothing from the response. */
export interface Failure {
  readonly reason: string
  readonly hint: string
  /** Whether the same request may succeed a moment later. */
  readonly mayPass: boolean
}

const MAX_LIFETIME_S = 2_592_000

const Response = z.strictObject({
  id: z.string(),
  visitor: z
    .string()
    .regex(/^[^\p{Cc}]{1,256}$/u)
    .nullish(),
  attributes: z
    .record(z.string(), z.union([z.string(), z.number(), z.boolean()]).transform(String))
    .refine((all) => bytesOf(all) <= PLATFORM_LIMITS.maxAttributeBytes)
    .default({}),
  expiresInSeconds: z.int().min(1).max(MAX_LIFETIME_S).optional(),
})

/** @param id the id of the request: the response to another request, for example from a cache, is not valid */
export function readResponse(outcome: Outcome, id: string): KnownVisitor | Failure {
  if (outcome.kind === 'timeout') return failure('there was no response in time', CHECK_TIME)
  if (outcome.kind === 'too-large')
    return failure(`the response has more than ${MAX_WEBHOOK_RESPONSE_BYTES} bytes`, CHECK_RESPONSE)
  if (outcome.kind !== 'response') {
    const code = outcome.systemCode ? ` (${outcome.systemCode})` : ''
    return failure(`there is no connection${code}`, CHECK_URL, outcome.kind !== 'unsendable')
  }
  const { status, body, message } = outcome
  if (status === 401 || status === 403)
    return failure(`the response has the status ${status}`, CHECK_SIGNATURE)
  if (status !== 200)
    return failure(`the response has the status ${status}`, CHECK_STATUS, status >= 500 || status === 429)
  if (!/^application\/json *(;|$)/i.test(message.headers['content-type'] ?? ''))
    return failure('the response is not application/json', CHECK_RESPONSE)
  const { success, data } = Response.safeParse(parsed(body))
  if (!success) return failure('the fields or values of the response are not as documented', CHECK_RESPONSE)
  if (data.id !== id) return failure('the response has the id of another request', CHECK_ID)
  const { visitor, attributes, expiresInSeconds } = data
  return { visitor: visitor ?? undefined, attributes, expiresInSeconds }
}

const CHECK_URL = 'Check VISITOR_WEBHOOK_URL, and check that this machine can reach it.'
const CHECK_TIME = 'VISITOR_WEBHOOK_TIMEOUT_MS limits the duration of a call, including its retry.'
const CHECK_STATUS = 'Your backend must respond with 200, without a redirect, for unknown visitors too.'
const CHECK_SIGNATURE =
  "Compare VISITOR_WEBHOOK_SECRET with your backend's secret, and compare the clocks of both machines."
const CHECK_RESPONSE = 'docs/visitor-webhook.md describes the format of a response.'
const CHECK_ID = 'The field `id` must equal the webhook-id of the request, and responses must not be cached.'

function failure(reason: string, hint: string, mayPass = false): Failure {
  return { reason, hint, mayPass }
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}

function bytesOf(attributes: Readonly<Record<string, string>>): number {
  return Buffer.byteLength(Object.entries(attributes).flat().join(''))
}
