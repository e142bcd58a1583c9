import type { Request, Response } from 'express'
import { sessionInvalid } from '../sessions/session-token.ts'

/**
 * The session token in the request's cookie. Names are compared byte by byte: `\xa0__Host-guest-session` has
 * no protected prefix, so a sibling domain could set it.
 * @throws {SessionError} `session_invalid` for more than one cookie with this name, because only one of them
 * can be ours
 */
export function sessionCookieOf(req: Request, name: string): string | undefined {
  const values = (req.headers.cookie?.split(';') ?? [])
    .map(withoutBlanks)
    .filter((pair) => pair.startsWith(`${name}=`))
    .map((pair) => pair.slice(name.length + 1))
  if (values.length > 1) throw sessionInvalid()
  return values[0]
}

/** Removes spaces and tabs at both ends. `trim()` would also remove characters that belong to a cookie's name. */
function withoutBlanks(text: string): string {
  let start = 0
  let end = text.length
  while (start < end && isBlank(text[start])) start += 1
  while (end > start && isBlank(text[end - 1])) end -= 1
  return text.slice(start, end)
}

function isBlank(character: string | undefined): boolean {
  return character === ' ' || character === '\t'
}

/** Sets the session token as a cookie that scripts cannot read; `undefined` removes it. */
export type SetSessionCookie = (res: Response, session: string | undefined) => void

/** @param options.cookie `SESSION_COOKIE`; if it is off, the returned function does nothing */
export function createSessionCookie(options: {
  readonly cookie: boolean
  readonly cookieName: string
  readonly maxAgeMs: number
}): SetSessionCookie {
  if (!options.cookie) return () => undefined
  return (res, session) => {
    res.cookie(options.cookieName, session ?? '', {
      path: '/',
      httpOnly: true,
      secure: true,
      sameSite: 'none',
      partitioned: true,
      encode: String,
      maxAge: session === undefined ? 0 : options.maxAgeMs,
    })
  }
}
