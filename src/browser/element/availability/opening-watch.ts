import type { Availability, ChatProblem, GuestChat } from '../../client/chat-client.ts'

const EVERY_MS = 60_000
/** Pages request the state again after its next change, at random moments within this time. */
const SPREAD_MS = 5000
/** The shortest delay before the next request. */
const MIN_DELAY_MS = 1000

/**
 * Requests the state once a minute and when it changes, while the page is visible. A failed request changes nothing.
 * @param onNotEnabled called if the service has no opening hours; no further request is sent
 */
export function watchOpening(
  chat: Pick<GuestChat, 'availability'>,
  {
    onFound,
    onNotEnabled,
    signal,
  }: {
    readonly onFound: (availability: Availability) => void
    readonly onNotEnabled: () => void
    readonly signal: AbortSignal
  },
): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined
  let askedAtMs = -Infinity
  let isOver = false

  async function ask(): Promise<void> {
    clearTimeout(timer)
    askedAtMs = Date.now()
    let delayMs = EVERY_MS
    try {
      const found = await chat.availability()
      if (signal.aborted) return
      onFound(found)
      delayMs = Math.min(delayMs, untilChangeMs(found))
    } catch (error) {
      if ((error as ChatProblem).code === 'not_enabled') {
        isOver = true
        onNotEnabled()
        return
      }
    }
    if (!signal.aborted && isSeen()) timer = setTimeout(() => void ask(), delayMs)
  }

  document.addEventListener(
    'visibilitychange',
    () => {
      if (!isOver && isSeen() && Date.now() - askedAtMs >= MIN_DELAY_MS) void ask()
    },
    { signal },
  )
  signal.addEventListener('abort', () => clearTimeout(timer))
  return ask()
}

/** The time until the next change, according to the service's clock, because the device's clock can be wrong. */
function untilChangeMs({ until, asOf, stale }: Availability): number {
  if (until === undefined || stale) return Infinity
  return Math.max(MIN_DELAY_MS, Date.parse(until) - Date.parse(asOf) + Math.random() * SPREAD_MS)
}

function isSeen(): boolean {
  return document.visibilityState === 'visible'
}
