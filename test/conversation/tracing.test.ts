import { context, propagation, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import {
  InMemorySpanExporter,
  NodeTracerProvider,
  SimpleSpanProcessor,
  type ReadableSpan,
} from '@opentelemetry/sdk-trace-node'
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals'
import { createGuestChat } from '../../src/browser/client/chat-client.ts'
import type { Simulator } from '../../src/simulator/simulator.ts'
import { startTogether, type Running } from '../start-service.ts'
import { asSite } from './site.ts'

const exporter = new InMemorySpanExporter()
const provider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] })
const running: Running[] = []

beforeAll(() => provider.register())
afterEach(async () => {
  for (const together of running.splice(0)) await together.stop()
  exporter.reset()
})
afterAll(() => provider.shutdown())

async function start(settings: Record<string, string> = {}, genesys?: Simulator): Promise<Running> {
  const together = await startTogether({ settings, ...(genesys && { genesys }) })
  running.push(together)
  return together
}

/** Runs `work` as a page would, inside the page's own span. Like the browser SDK, `fetch` propagates the trace. */
async function asPage(url: string, work: (chat: ReturnType<typeof createGuestChat>) => Promise<unknown>) {
  const span = trace.getTracer('page').startSpan('click on send')
  const inSpan = trace.setSpan(context.active(), span)
  const traced: typeof fetch = (input, init) => {
    const headers: Record<string, string> = { ...(init?.headers as Record<string, string>) }
    propagation.inject(inSpan, headers)
    return asSite(input, { ...init, headers })
  }
  const chat = createGuestChat({ baseUrl: url, fetch: traced })
  try {
    return await work(chat)
  } finally {
    chat.close()
    span.end()
  }
}

const spans = () => exporter.getFinishedSpans()
const named = (name: string) => {
  const found = spans().find((span) => span.name === name)
  if (found === undefined)
    throw new Error(
      `No span is called ${name}: ${spans()
        .map((span) => span.name)
        .join(', ')}`,
    )
  return found
}
const parentOf = ({ parentSpanContext }: ReadableSpan) =>
  spans().find((span) => span.spanContext().spanId === parentSpanContext?.spanId)?.name

const linesOf = ({ logLines }: Running) =>
  logLines.map(
    (line) => JSON.parse(line) as { msg: string; route?: string; traceId?: string; requestId?: string },
  )

test('one trace contains the page, the service and the frame to Genesys', async () => {
  const together = await start()
  await asPage(together.url, async (chat) => {
    await chat.open()
    await chat.send('words of a guest')
  })
  const frame = named('send onMessage')
  expect(parentOf(frame)).toBe('POST /messages')
  expect(parentOf(named('POST /messages'))).toBe('click on send')
  expect(
    new Set(
      ['send onMessage', 'POST /messages', 'click on send'].map((name) => named(name).spanContext().traceId),
    ).size,
  ).toBe(1)

  expect(named('POST /messages')).toMatchObject({
    kind: SpanKind.SERVER,
    attributes: {
      'http.request.method': 'POST',
      'http.route': '/messages',
      'http.response.status_code': 201,
    },
  })
  const [sent] = together.genesys.frames.filter(({ frame: { action } }) => action === 'onMessage')
  expect(frame).toMatchObject({
    kind: SpanKind.CLIENT,
    attributes: { 'genesys.tracing_id': sent?.frame['tracingId'] },
  })

  const line = linesOf(together).find(({ msg, route }) => msg === 'request' && route === '/messages')
  expect(line?.traceId).toBe(frame.spanContext().traceId)
  expect(named('POST /messages').attributes['guest_bff.request_id']).toBe(line?.requestId)
  const spansAndLog = JSON.stringify(
    spans().map(({ name, attributes, events, status }) => [name, attributes, events, status]),
  )
  for (const secret of ['words of a guest', together.genesys.sessions[0]!.token])
    expect(spansAndLog).not.toContain(secret)
})

test('a call to the platform’s REST API propagates the trace, and its span has the correlation id', async () => {
  const genesys = (await start()).genesys
  const together = await start(
    { GENESYS_CLIENT_ID: genesys.clientId, GENESYS_CLIENT_SECRET: genesys.clientSecret },
    genesys,
  )
  await asPage(together.url, async (chat) => {
    await chat.open()
    await chat.send('hello')
    await chat.setAttributes({ 'custom.plan': 'gold' })
  })
  const { traceId } = named('click on send').spanContext()
  const calls = genesys.requests.filter(({ method }) => method === 'PATCH')
  expect(calls.length).toBeGreaterThan(0)
  const span = spans().find(
    ({ attributes }) =>
      attributes['http.request.method'] === 'PATCH' && attributes['guest_bff.dependency'] === 'api',
  )
  expect(span && parentOf(span)).toBe('PUT /guest-attributes')
  expect(calls[0]?.headers['traceparent']).toBe(`00-${traceId}-${span?.spanContext().spanId}-01`)
  expect(span?.attributes['genesys.correlation_id']).toEqual(expect.any(String))
})

test('if Genesys refuses a frame, the spans of the frame and of the request have the problem code', async () => {
  const together = await start()
  const page = await together.openPage()
  together.genesys.injectFault(
    { received: 'onMessage' },
    { frame: { class: 'string', code: 500, body: 'no' } },
  )
  const { status, body } = await page.say('hello')
  expect(status).toBeGreaterThanOrEqual(500)
  expect(named('send onMessage')).toMatchObject({
    attributes: { 'error.type': body.code },
    status: { code: SpanStatusCode.ERROR },
  })
  expect(named('POST /messages')).toMatchObject({
    attributes: { 'error.type': body.code },
    status: { code: SpanStatusCode.ERROR },
  })
  const failed = linesOf(together).find(({ msg }) => msg === 'request failed')
  expect(failed?.traceId).toBe(named('POST /messages').spanContext().traceId)
})

test('a request without a trace starts a new trace, and an invalid traceparent is ignored', async () => {
  const together = await start()
  const page = await together.openPage()
  await page.say('hello', { traceparent: 'not-a-traceparent' })
  expect(parentOf(named('POST /messages'))).toBeUndefined()
  expect(named('POST /messages').spanContext().traceId).not.toBe(
    named('POST /guest-session').spanContext().traceId,
  )
  expect(parentOf(named('send onMessage'))).toBe('POST /messages')
})

test('messages that are sent at the same time have separate traces', async () => {
  const together = await start()
  const pages = await Promise.all([1, 2, 3, 4].map(() => together.openPage()))
  exporter.reset()
  await Promise.all(pages.map((page) => Promise.all([page.say('one'), page.say('two')])))
  const frames = spans().filter(({ name }) => name === 'send onMessage')
  expect(frames).toHaveLength(8)
  expect(frames.map(parentOf)).toEqual(Array.from({ length: 8 }, () => 'POST /messages'))
  expect(new Set(frames.map((span) => span.spanContext().traceId)).size).toBe(8)
})
