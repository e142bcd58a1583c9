import { monotonicNow } from '../../service/time/monotonic-now.ts'
import { createLog } from '../../service/observability/log.ts'
import { createOptionalFeatures } from '../../service/optional-features.ts'
import { failed, ok, skipped, type Check } from '../check.ts'

/** Enough for a schedule group with many schedules, of the 300 that Genesys allows. */
const CALLS_PER_MINUTE = 200

/** Opening hours, emergency and queue: every missing permission, and every schedule that cannot be evaluated. */
const availability: Check = {
  name: 'availability',
  needs: ['oauth client'],
  async run({ config, genesys, now }) {
    const features = createOptionalFeatures(config, {
      genesys,
      log: createLog({ level: 'silent' }),
      now,
      monotonicNow,
      callsPerMinute: CALLS_PER_MINUTE,
    })
    const findings = (await Promise.all(features.map((feature) => feature.diagnose()))).filter(
      (finding) => finding !== undefined,
    )
    if (findings.length === 0) return skipped('not configured')
    const found = findings.map((finding) => finding.found).join('; ')
    const hints = [...new Set(findings.flatMap(({ problems }) => problems.map(({ hint }) => hint)))]
    if (hints.length === 0) return ok(`now ${found}`)
    return failed(`now ${found}; not everything is known`, hints.join(' '))
  },
}

export const FEATURE_CHECKS: readonly Check[] = [availability]
