import type { Readiness, ReadinessCheck, ReadinessReport } from '../readiness.ts'

export interface ReadinessOfSite {
  readonly id: string
  readonly readiness: Pick<Readiness, 'report'>
}

/** Ready as long as guests of one site can be served; one whose guests can't be degrades the process. */
export function createSitesReadiness(sites: () => readonly ReadinessOfSite[]): Readiness {
  const notices = new Map<string, ReadinessCheck>()
  let isDraining = false
  return {
    async report() {
      const reports = await Promise.all(
        sites().map(async ({ id, readiness }) => ({ id, ...(await readiness.report()) })),
      )
      const checks = [
        ...notices.values(),
        ...reports.flatMap(({ id, checks }) => checks.map((check) => ({ site: id, ...check }))),
      ]
      if (isDraining) checks.push({ name: 'draining', ok: false, essential: true, code: 'shutting_down' })
      return { status: isDraining ? 'not ready' : statusOf(reports, checks), checks }
    },
    addNotice: (notice) => void notices.set(notice.name, notice),
    startDraining() {
      isDraining = true
    },
  }
}

function statusOf(
  reports: readonly ReadinessReport[],
  checks: readonly ReadinessCheck[],
): ReadinessReport['status'] {
  if (reports.every(({ status }) => status === 'not ready')) return 'not ready'
  return checks.every(({ ok }) => ok) ? 'ready' : 'degraded'
}
