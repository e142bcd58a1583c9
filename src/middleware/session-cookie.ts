import type { Request, Response } from 'express'

/** The prefix binds the cookie to this very host over TLS (RFC 6265bis §4.1.3.2). */
const NAME = '__Host-guest-session'

export function sessionCookieOf(req: Request): string | undefined {
  for (const part of req.headers.cookie?.split(';') ?? []) {
    const [name, value] = part.split('=', 2)
    if (name?.trim() === NAME) return value?.trim()
  }
  return undefined
}

/** Gives the browser the session token as a cookie that no script can read; `undefined` removes it. */
export type SetSessionCookie = (res: Response, session: string | undefined) => void

/** @param options.cookie `SESSION_COOKIE`; where it is off, the returned function does nothing */
export function createSessionCookie(options: {
  readonly cookie: boolean
  readonly maxAgeMs: number
}): SetSessionCookie {
  if (!options.cookie) return () => undefined
  return (res, session) => {
    res.cookie(NAME, session ?? '', {
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
