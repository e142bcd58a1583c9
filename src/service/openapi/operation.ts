import type { ResponseConfig } from '@asteasolutions/zod-to-openapi'
import type * as z from 'zod'
import type { ProblemCode } from '../problems/catalogue.ts'

/** One method of one path, with its parameters and responses. */
export interface Operation {
  readonly method: 'get' | 'post' | 'put' | 'delete'
  readonly path: string
  readonly summary: string
  readonly description: string
  readonly tag: 'guest' | 'page' | 'operator'
  readonly session: 'required' | 'optional' | 'none'
  readonly body?: z.ZodType
  /** Sample bodies for the API page, by title; the page shows the first one. */
  readonly examples?: Readonly<Record<string, object>>
  readonly file?: true
  readonly query?: z.ZodObject
  readonly params?: z.ZodObject
  readonly headers?: z.ZodObject
  readonly answers: Readonly<Record<number, ResponseConfig>>
  readonly problems: readonly ProblemCode[]
}

export const json = (schema: z.ZodType, description: string): ResponseConfig => ({
  description,
  content: { 'application/json': { schema } },
})
export const nothing = (description: string): ResponseConfig => ({ description })

/** Problems that every path may return. */
export const EVERYWHERE: ProblemCode[] = [
  'origin_not_allowed',
  'rate_limited',
  'overloaded',
  'internal_error',
]
/** Includes `not_found`, because with several sites, a request without `Origin` may name an unknown host. */
export const GUESTS_AND_PAGES: ProblemCode[] = ['not_found', 'blocked']
export const WITH_BODY: ProblemCode[] = [
  'invalid_request',
  'invalid_json',
  'request_timeout',
  'request_too_large',
  'unsupported_media_type',
]

export const GUEST_PROBLEMS: ProblemCode[] = ['session_invalid', 'session_ended']
export const UPSTREAM: ProblemCode[] = [
  'upstream_refused',
  'upstream_auth_failed',
  'upstream_bad_response',
  'upstream_rate_limited',
  'upstream_unavailable',
  'upstream_timeout',
  'deployment_not_usable',
]
