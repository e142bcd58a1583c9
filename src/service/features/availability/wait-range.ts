/** A guest's approximate wait, in minutes. */
export interface WaitMinutes {
  readonly from: number
  readonly to: number
}

/** Without data, Genesys can return an extremely long estimate. Guests do not wait longer than this for a chat. */
const MAX_MINUTES = 120

/** Genesys sends a negative number for less than a minute. @returns undefined if the estimate does not help a guest */
export function waitRange(estimatedSeconds: number | undefined): WaitMinutes | undefined {
  if (estimatedSeconds === undefined || !Number.isFinite(estimatedSeconds)) return undefined
  const minutes = Math.max(0, estimatedSeconds) / 60
  if (minutes > MAX_MINUTES) return undefined
  const step = minutes < 10 ? 1 : 5
  const from = Math.floor((minutes * 0.7) / step) * step
  return { from, to: Math.max(from + step, Math.ceil((minutes * 1.3) / step) * step) }
}
