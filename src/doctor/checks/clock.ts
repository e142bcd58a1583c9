import * as z from 'zod'
import { UpstreamError } from '../../service/errors/upstream-error.ts'
import { failed, ok, skipped, warning, type Check } from '../check.ts'

/** The tolerance for visitors' tokens. A guest's JWT for the history is also renewed this long before it expires. */
const TOLERABLE_MS = 5_000
/** The lifetime of a guest's JWT for the history. */
const WRONG_MS = 60_000

/** Compares the `Date` of Genesys' response with the local clock. */
export const clock: Check = {
  name: 'clock',
  needs: ['tls'],
  async run({ config, genesys, answers, newDeadline }) {
    try {
      // Even the refusal of a request without credentials has a `Date` header.
      await genesys.api.request({
        operation: 'read_time',
        method: 'GET',
        url: `${config.genesys.hosts.apiUrl}/api/v2/webmessaging/messages`,
        schema: z.unknown(),
        allowNonJson: true,
        retry: 'never',
        deadlineAtMs: newDeadline(),
      })
    } catch (error) {
      if (!(error instanceof UpstreamError)) throw error
      if (error.facts.status === undefined) return failed(error.message, error.facts.hint)
    }
    const { clockAheadMs } = answers
    if (clockAheadMs === undefined) return skipped('the responses have no Date header')
    if (Math.abs(clockAheadMs) <= TOLERABLE_MS) return ok('agrees with Genesys')
    const found = `this machine is ${durationOf(Math.abs(clockAheadMs))} ${clockAheadMs > 0 ? 'behind' : 'ahead of'} Genesys`
    const fix = "Synchronize this machine's clock with NTP: this clock determines when tokens expire."
    return Math.abs(clockAheadMs) > WRONG_MS ? failed(found, fix) : warning(found, fix)
  },
}

const UNITS = [
  ['year', 365.25 * 86_400_000],
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
] as const

/** In the largest unit of which there are at least two: `6 years`, `36 hours`, `90 s`. */
function durationOf(ms: number): string {
  for (const [unit, unitMs] of UNITS) {
    const count = Math.round(ms / unitMs)
    if (count >= 2) return `${count} ${unit}s`
  }
  return `${Math.round(ms / 1000)} s`
}
