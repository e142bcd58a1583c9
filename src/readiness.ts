import type { AccessToken } from './genesys/oauth/access-token.ts'
import { activeDeployment } from './genesys/rest-guest-apis/active-deployment.ts'
import type { GuestApi } from './genesys/guest-api.ts'
import { UpstreamError } from './upstream/upstream-error.ts'

export interface ReadinessCheck {
  readonly name: 'oauth' | 'deployment' | 'draining'
  readonly ok: boolean
  /** A code of the problem catalogue. */
  readonly code?: string
  readonly hint?: string
}

export interface Readiness {
  checks(): Promise<readonly ReadinessCheck[]>
  /** From now on the service is not ready: it is going away. */
  startDraining(): void
  readonly isDraining: boolean
}

const CHECK_TIMEOUT_MS = 5000
/** Probes come every few seconds, from every orchestrator; Genesys is not asked each time. */
const REMEMBERED_MS = 5000

/** Whether guests can be served: OAuth token and deployment verified where they are configured, and not draining. */
export function createReadiness(options: {
  readonly guestApi: GuestApi
  /** Undefined where no credentials are configured. */
  readonly accessToken: Pick<AccessToken, 'get'> | undefined
  readonly now?: () => number
}): Readiness {
  const { guestApi, accessToken, now = Date.now } = options
  let isDraining = false
  let known: { atMs: number; checks: Promise<ReadinessCheck[]> } | undefined

  async function askGenesys(): Promise<ReadinessCheck[]> {
    const oauth =
      accessToken === undefined ? [] : [outcome('oauth', accessToken.get(now() + CHECK_TIMEOUT_MS))]
    const deployment = outcome('deployment', activeDeployment(guestApi, now() + CHECK_TIMEOUT_MS))
    return Promise.all([...oauth, deployment])
  }

  return {
    async checks() {
      if (known === undefined || now() - known.atMs > REMEMBERED_MS)
        known = { atMs: now(), checks: askGenesys() }
      const checks = await known.checks
      return isDraining ? [...checks, { name: 'draining', ok: false, code: 'shutting_down' }] : checks
    },
    startDraining() {
      isDraining = true
    },
    get isDraining() {
      return isDraining
    },
  }
}

async function outcome(name: ReadinessCheck['name'], check: Promise<unknown>): Promise<ReadinessCheck> {
  try {
    await check
    return { name, ok: true }
  } catch (error) {
    if (!(error instanceof UpstreamError)) return { name, ok: false, code: 'internal_error' }
    const { hint } = error.facts
    return { name, ok: false, code: error.code, ...(hint !== undefined && { hint }) }
  }
}
