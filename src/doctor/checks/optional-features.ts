import { monotonicNow } from '../../service/time/monotonic-now.ts'
import { createLog } from '../../service/observability/log.ts'
import { createOptionalFeatures, type FeatureName } from '../../service/optional-features.ts'
import { failed, ok, skipped, type Check } from '../check.ts'

/** Enough for a schedule group with many schedules; Genesys allows 300 calls per minute. */
const CALLS_PER_MINUTE = 200

function featureCheck(name: FeatureName, needs: Check['needs']): Check {
  return {
    name,
    needs,
    async run({ config, genesys, now }) {
      const features = createOptionalFeatures(config, {
        genesys,
        guestApi: genesys.guestApi,
        log: createLog({ level: 'silent' }),
        now,
        monotonicNow,
        callsPerMinute: CALLS_PER_MINUTE,
      })
      const finding = await features.find((feature) => feature.name === name)?.diagnose()
      for (const feature of features) feature.close?.()
      if (finding === undefined) return skipped('not configured')
      const hints = [...new Set(finding.problems.map(({ hint }) => hint))]
      if (hints.length === 0) return ok(finding.found)
      return failed(finding.found, hints.join(' '))
    },
  }
}

export const FEATURE_CHECKS: readonly Check[] = [
  /**
   * For opening hours, emergencies and the queue, reports every missing permission and every schedule that cannot be
   * evaluated.
   */
  featureCheck('availability', ['oauth client']),
  featureCheck('pre-chat form', []),
  featureCheck('survey', []),
  /** Requests the invitations for a visitor who does not exist. */
  featureCheck('journey', []),
  featureCheck('transcript', []),
  /** Makes a signed call to the site's backend, without a visitor. */
  featureCheck('visitor webhook', []),
  featureCheck('challenge', []),
  featureCheck('blocklist', []),
  /** Shows which authorization Genesys accepts for guests' searches. */
  featureCheck('knowledge', []),
]
