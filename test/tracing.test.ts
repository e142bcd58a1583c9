import { expect, test } from '@jest/globals'
import { createUpstreamTracing } from '../src/service/observability/tracing.ts'
import { startTogether } from './start-service.ts'

const TRACEPARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'

test('without an SDK, there are no spans, no trace ids in the log and no trace headers to Genesys', async () => {
  expect(createUpstreamTracing()).toBeUndefined()
  const together = await startTogether()
  const page = await together.openPage()
  expect((await page.say('hello', { traceparent: TRACEPARENT })).status).toBe(201)
  expect(together.logLines.join('')).not.toContain('traceId')
  expect(together.genesys.requests.filter(({ headers }) => headers.traceparent !== undefined)).toEqual([])
  await together.stop()
})

test('pages at other origins may send the trace headers of OpenTelemetry and Sentry', async () => {
  const together = await startTogether()
  const preflight = await fetch(`${together.url}/messages`, {
    method: 'OPTIONS',
    headers: {
      origin: 'https://www.example.com',
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'baggage,sentry-trace,traceparent,tracestate',
    },
  })
  expect(preflight.headers.get('access-control-allow-headers')?.toLowerCase()).toContain(
    'traceparent,tracestate,baggage,sentry-trace',
  )
  await together.stop()
})
