import type { Response } from 'express'
import { setSessionCookie } from '../middleware/session-cookie.ts'

/** What else an answer that brings a new session token does; `undefined` takes the session away. */
export type SessionHandover = (res: Response, session: string | undefined) => void

export function sessionHandover(options: {
  readonly cookie: boolean
  readonly maxAgeMs: number
}): SessionHandover {
  if (!options.cookie) return () => undefined
  return (res, session) => setSessionCookie(res, session ?? '', options.maxAgeMs)
}
