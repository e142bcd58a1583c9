import { expect, jest, test } from '@jest/globals'
import { createMetrics } from '../src/service/observability/metrics.ts'
import type { ReadinessReport } from '../src/service/observability/readiness-report.ts'

async function lineOf(metrics: ReturnType<typeof createMetrics>, start: string) {
  const lines = (await metrics.text()).split('\n')
  return lines.find((line) => line.startsWith(start))
}

test('a request is counted by its route, method and status', async () => {
  const metrics = createMetrics()
  metrics.requestEnded({ method: 'GET', route: '/attachments/:id', status: 404, durationMs: 30 })
  const labels = 'method="GET",route="/attachments/:id",status="404"'
  expect(await lineOf(metrics, `guest_bff_request_duration_seconds_count{${labels}}`)).toMatch(/ 1$/)
  expect(await lineOf(metrics, `guest_bff_request_duration_seconds_sum{${labels}}`)).toMatch(/ 0\.03$/)
})

test('a duration is counted in every histogram bucket whose bound it does not exceed', async () => {
  const metrics = createMetrics()
  for (const durationMs of [0, 5, 5.001, 40_000]) {
    metrics.upstreamCallEnded({ operation: 'read_thing', outcome: 'ok', durationMs })
  }
  const bucket = (le: string) =>
    lineOf(metrics, `guest_bff_upstream_call_duration_seconds_bucket{le="${le}",operation="read_thing"`)
  expect(await bucket('0.005')).toMatch(/ 2$/)
  expect(await bucket('0.01')).toMatch(/ 3$/)
  expect(await bucket('30')).toMatch(/ 3$/)
  expect(await bucket('+Inf')).toMatch(/ 4$/)
})

test('an open stream is counted in the metrics until it ends, and ending it twice has no further effect', async () => {
  const metrics = createMetrics()
  const first = metrics.streamOpened()
  metrics.streamOpened()
  expect(await lineOf(metrics, 'guest_bff_live_streams')).toBe('guest_bff_live_streams 2')
  first()
  first()
  expect(await lineOf(metrics, 'guest_bff_live_streams')).toBe('guest_bff_live_streams 1')
})

test('upstream calls, token refreshes, sockets and problems have separate metrics', async () => {
  const metrics = createMetrics()
  metrics.upstreamCallEnded({ operation: 'history', outcome: 'ok', durationMs: 12 })
  metrics.tokenRefreshed('upstream_auth_failed')
  metrics.problemAnswered('rate_limited')
  metrics.upstreamSockets.socketOpened()
  const text = await metrics.text()
  expect(text).toContain('guest_bff_upstream_call_duration_seconds_count{operation="history",outcome="ok"} 1')
  expect(text).toContain('guest_bff_token_refreshes_total{outcome="upstream_auth_failed"} 1')
  expect(text).toContain('guest_bff_problems_total{code="rate_limited"} 1')
  expect(text).toContain('guest_bff_upstream_sockets 1')
})

test('callers cannot create an unlimited number of series, because methods and labels are bounded', async () => {
  const metrics = createMetrics()
  metrics.requestEnded({ method: 'PROPFIND', route: '/x', status: 405, durationMs: 1 })
  for (let i = 0; i < 500; i++) metrics.upstreamCallEnded({ operation: `call-${i}`, outcome: 'ok' })
  const text = await metrics.text()
  expect(text).toContain('method="other"')
  expect(text).not.toContain('PROPFIND')
  expect(text.match(/^guest_bff_upstream_call_duration_seconds_count/gm)).toHaveLength(65)
})

test('two services in one process have separate counts', async () => {
  const [first, second] = [createMetrics(), createMetrics()]
  first.streamOpened()
  expect(await lineOf(second, 'guest_bff_live_streams')).toBe('guest_bff_live_streams 0')
})

test('a call to Genesys is counted by the name of its operation', async () => {
  const metrics = createMetrics()
  metrics.upstreamCallEnded({ operation: 'create_guest', outcome: 'ok', durationMs: 1 })
  expect(await metrics.text()).toContain('operation="create_guest",outcome="ok"')
})

test('requests from refused origins are counted', async () => {
  const metrics = createMetrics()
  metrics.problemAnswered('origin_not_allowed')
  expect(await metrics.text()).toContain('guest_bff_refused_origins_total 1')
})

test('readiness is exposed as one status, with the failing checks', async () => {
  const metrics = createMetrics()
  let report: ReadinessReport = {
    status: 'degraded',
    checks: [
      { name: 'oauth', ok: false, code: 'upstream_auth_failed' },
      { name: 'deployment', ok: true },
    ],
  }
  metrics.observeReadiness(() => Promise.resolve(report))
  const text = await metrics.text()
  expect(text).toContain('guest_bff_readiness{status="ready"} 0')
  expect(text).toContain('guest_bff_readiness{status="degraded"} 1')
  expect(text).toContain('guest_bff_readiness{status="not_ready"} 0')
  expect(text).toContain('guest_bff_failed_readiness_checks{check="oauth",code="upstream_auth_failed"} 1')
  report = { status: 'ready', checks: [] }
  const later = await metrics.text()
  expect(later).toContain('guest_bff_readiness{status="ready"} 1')
  expect(later).not.toContain('guest_bff_failed_readiness_checks{')
})

test('metrics are served while readiness is unknown', async () => {
  jest.useFakeTimers()
  try {
    const metrics = createMetrics()
    metrics.observeReadiness(() => new Promise(() => undefined))
    const text = metrics.text()
    await jest.advanceTimersByTimeAsync(1000)
    expect(await text).not.toContain('guest_bff_readiness{')
  } finally {
    jest.useRealTimers()
  }
})

test('the metrics include the limits on live streams and on new connections to Genesys', async () => {
  const metrics = createMetrics()
  metrics.setLimits({ liveStreams: 20_000, connectionsPerMinute: 500 })
  const text = await metrics.text()
  expect(text).toContain('guest_bff_live_streams_limit 20000')
  expect(text).toContain('guest_bff_upstream_connections_per_minute_limit 500')
})
