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

/** Gives the browser the session token as a cookie that no script can read; '' takes it away. */
export function setSessionCookie(res: Response, token: string, maxAgeMs: number): void {
  res.cookie(NAME, token, {
    path: '/',
    httpOnly: true,
    secure: true,
    sameSite: 'none',
    partitioned: true,
    encode: String,
    maxAge: token === '' ? 0 : maxAgeMs,
  })
}
