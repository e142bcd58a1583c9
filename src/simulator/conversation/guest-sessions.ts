import { GuestSession } from './guest-session.ts'
import { MINUTE_MS, RateWindow } from './limits.ts'
import type { Settings } from '../settings.ts'

export function createGuestSessions(settings: Settings) {
  const byToken = new Map<string, GuestSession>()
  const byId = new Map<string, GuestSession>()
  const configures = new Map<string, RateWindow>()
  const signedInTokens = new Set<string>()
  let latest: GuestSession | undefined

  function open(token: string): GuestSession {
    const session = new GuestSession(token, settings)
    byToken.set(token, session)
    byId.set(session.id, session)
    latest = session
    return session
  }

  /** Adds another token for the session, because the person has signed in on another device. */
  function know(token: string, session: GuestSession): void {
    byToken.set(token, session)
  }

  function forget(session: GuestSession): void {
    for (const [token, known] of byToken) if (known === session) byToken.delete(token)
    byId.delete(session.id)
  }

  function takeConfigure(token: string): number {
    if (settings.limits.configuresPerMinute === Infinity) return 0
    const known = configures.get(token)
    const rate = known ?? new RateWindow(settings.limits.configuresPerMinute, MINUTE_MS, settings.now)
    if (!known) configures.set(token, rate)
    return rate.take()
  }

  function all(): GuestSession[] {
    return [...byId.values()]
  }

  return {
    open,
    know,
    forget,
    takeConfigure,
    signedInTokens,
    all,
    of: (token: string) => byToken.get(token),
    byId: (id: string) => byId.get(id),
    signedInAs: (userId: string) =>
      all().find((session) => session.signedInAs === userId && !session.loggedOut && !session.expired),
    latest: () => latest,
    touch: (session: GuestSession) => (latest = session),
    expireOld: () => {
      for (const session of byId.values()) session.isOver()
    },
  }
}

export type GuestSessions = ReturnType<typeof createGuestSessions>
