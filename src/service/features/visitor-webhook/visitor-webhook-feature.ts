import type { Request } from 'express'
import type { Log } from '../../observability/log.ts'
import { createLogSampler } from '../../observability/log-sampler.ts'
import type { TrustedAttributes } from '../../sessions/identity.ts'
import type { VisitorWebhookSettings } from '../../settings/visitor-webhook-settings.ts'
import { createVisitorWebhook } from './visitor-webhook.ts'
import type { Failure } from './webhook-response.ts'

interface Check {
  readonly name: 'visitor-webhook'
  readonly ok: boolean
  readonly essential?: boolean
  readonly hint?: string
}

/** The largest acceptable difference between the two clocks: receivers refuse old signatures. */
const TOLERABLE_CLOCK_MS = 60_000

/** Identifies visitors with the site's own backend, and checks the backend for the readiness report and the doctor. */
export interface VisitorWebhookFeature {
  readonly name: 'visitor webhook'
  readonly capabilities: readonly []
  /** Undefined if the feature is not set up. */
  readonly trustedAttributes: TrustedAttributes | undefined
  addRoutes(): void
  readinessChecks(): Promise<readonly Check[]>
  diagnose(): Promise<{ readonly found: string; readonly problems: readonly { hint: string }[] } | undefined>
  close(): void
}

export function createVisitorWebhookFeature(
  settings: VisitorWebhookSettings | undefined,
  parts: { readonly log: Log; readonly now: () => number; readonly monotonicNow: () => number },
): VisitorWebhookFeature {
  const sample = createLogSampler()
  const webhook =
    settings &&
    createVisitorWebhook(settings, {
      ...parts,
      onFailure({ reason, hint }) {
        const count = sample(reason)
        if (count !== undefined) parts.log.warn({ count, reason, hint }, 'the visitor webhook failed')
      },
    })
  return {
    name: 'visitor webhook',
    capabilities: [],
    trustedAttributes: webhook && {
      keys: settings.attributes,
      onFailure: settings.onFailure,
      read: ({ request, visitor }) =>
        webhook.identify({ headers: (request as Request).headers, subject: visitor?.subject }),
    },
    addRoutes: () => undefined,
    readinessChecks: () => Promise.resolve(webhook ? [checkOf(webhook.latestFailure)] : []),
    async diagnose() {
      if (!webhook) return undefined
      const { failure, clockAheadMs = 0 } = await webhook.probe()
      const problems = failure ? [{ hint: failure.hint }] : []
      if (Math.abs(clockAheadMs) > TOLERABLE_CLOCK_MS)
        problems.push({
          hint: 'The clocks of this machine and of your backend differ: synchronize both with NTP.',
        })
      return { found: failure?.reason ?? 'it responds as documented', problems }
    },
    close: () => webhook?.close(),
  }
}

function checkOf(failure: Failure | undefined): Check {
  const name = 'visitor-webhook'
  if (!failure) return { name, ok: true }
  const hint = `The visitor webhook failed: ${failure.reason}. ${failure.hint}`
  return { name, ok: false, essential: false, hint }
}
