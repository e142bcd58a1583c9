import * as z from 'zod'
import type { GuestConnection } from './guest-connection.ts'
import {
  missingParameter,
  requestFailed,
  sessionExpired,
  sessionNotFound,
  unauthorized,
} from './guest-refusal.ts'
import type { GuestSession } from '../conversation/guest-session.ts'

/** Genesys: a token has no format, and at most 2048 characters. */
export const GuestRequestSchema = z.looseObject({
  action: z.string(),
  token: z.string().min(1).max(2048),
  tracingId: z.string().optional(),
})

export type GuestRequest = z.infer<typeof GuestRequestSchema>

/** Processes a frame. Throws `GuestRefusal` when the platform would refuse. */
export type GuestAction = (connection: GuestConnection, request: GuestRequest) => void | Promise<void>

/**
 * The fields of a request, validated for its action.
 *
 * @throws {GuestRefusal} 4020 for missing fields, 400 for invalid ones
 */
export function fieldsOf<Schema extends z.ZodType>(schema: Schema, request: unknown): z.infer<Schema> {
  const { success, data, error } = schema.safeParse(request)
  if (success) return data
  const [issue] = error.issues
  const { found, name } = lookUp(request, issue?.path ?? [])
  throw found === undefined ? missingParameter(name) : requestFailed()
}

/**
 * The configured session of the connection.
 *
 * @throws {GuestRefusal} if there is none, or it has expired
 */
export function sessionOf(connection: GuestConnection, request: GuestRequest): GuestSession {
  const { session } = connection
  if (!session) throw requestFailed()
  if (session.loggedOut) throw unauthorized()
  if (request.token !== connection.token) throw sessionNotFound()
  if (session.isOver()) throw sessionExpired()
  return session
}

function lookUp(request: unknown, path: PropertyKey[]): { found: unknown; name: string } {
  const found = path.reduce<unknown>(
    (value, key) => (typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined),
    request,
  )
  return { found, name: path.map(String).join('.') }
}
