/** About how long a guest waits, in minutes. */
export interface WaitMinutes {
  readonly from: number
  readonly to: number
}

/** Without data Genesys' estimate has no bound, and beyond this nobody waits for a chat. */
const MAX_MINUTES = 120

/** Genesys: negative for less than a minute. @returns undefined for what says nothing to a guest */
export function waitRange(estimatedSeconds: number | undefined): WaitMinutes | undefined {
  if (estimatedSeconds === undefined || !Number.isFinite(estimatedSeconds)) return undefined
  const minutes = Math.max(0, estimatedSeconds) / 60
  if (minutes > MAX_MINUTES) return undefined
  const step = minutes < 10 ? 1 : 5
  const from = Math.floor((minutes * 0.7) / step) * step
  return { from, to: Math.max(from + step, Math.ceil((minutes * 1.3) / step) * step) }
}
