import { readConfig } from '../src/service/settings/read-config.ts'
import { createLog } from '../src/service/observability/log.ts'
import { startService, type RunningService } from '../src/service/run-service.ts'
import type { GuestBffOptions } from '../src/service/guest-bff.ts'
import { startSimulator, type Simulator } from '../src/simulator/simulator.ts'
import type { SimulatorOptions } from '../src/simulator/settings.ts'
import { readEvents, type EventReader } from './event-reader.ts'
import { disagreement } from './openapi-answers.ts'
import { secretsIn } from './secrets.ts'
import { genesysUrls } from './service-settings.ts'

export const SITE = 'https://www.example.com'

export interface StartOptions {
  readonly settings?: Record<string, string>
  readonly simulator?: SimulatorOptions
  /** A simulator that is already running, for a second replica. */
  readonly genesys?: Simulator
  readonly options?: GuestBffOptions
}

export interface Running {
  readonly url: string
  readonly genesys: Simulator
  readonly service: RunningService
  /** Every line of the log, at level trace. */
  readonly logLines: string[]
  openPage(body?: object, origin?: string): Promise<Page>
  stop(): Promise<void>
}

/** The bodies and headers of the service's responses since the last stop. */
const answers: string[] = []

/**
 * Simulator and service on free ports of this machine, over real sockets. Stopping searches the whole log
 * at level trace, all responses and the metrics: a test fails if a secret appeared there.
 */
export async function startTogether(start: StartOptions = {}): Promise<Running> {
  const genesys = start.genesys ?? (await startSimulator({ agent: 'silent', ...start.simulator }))
  const logLines: string[] = []
  const service = await startService(readConfig({ ...settingsFor(genesys), ...start.settings }), {
    log: createLog({ level: 'trace', destination: { write: (line) => void logLines.push(line) } }),
    ...start.options,
  })
  return {
    url: service.url,
    genesys,
    service,
    logLines,
    openPage: (body = {}, origin = SITE) => openPage(service.url, body, origin),
    async stop() {
      try {
        // A test may have stopped the service itself.
        const metrics = await ask(service.url, 'GET', '/metrics').catch(() => undefined)
        await service.stop()
        const output = {
          log: logLines.join(''),
          metrics: String(metrics?.body),
          answers: answers.splice(0).join(''),
        }
        const found = secretsIn(output, genesys, start.settings ?? {})
        if (found.length > 0) throw new Error(`Secrets were revealed:\n${found.join('\n')}`)
      } finally {
        if (start.genesys === undefined) await genesys.close()
      }
    },
  }
}

/** The settings of a service whose Genesys is the simulator. */
export function settingsFor(genesys: Simulator): Record<string, string> {
  return {
    PORT: '0',
    HOST: '127.0.0.1',
    ALLOWED_ORIGINS: SITE,
    GENESYS_DEPLOYMENT_ID: genesys.deploymentId,
    ...genesysUrls(genesys),
    UPSTREAM_TIMEOUT_MS: '3000',
    DRAIN_MS: '20',
  }
}

export interface Answer {
  readonly status: number
  readonly headers: Headers
  // Each test states what it expects of a body.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly body: any
}

/** A website's page with a guest session, as far as HTTP is concerned. */
export interface Page {
  readonly opened: Answer
  /** The session token; a new one in a response replaces it. */
  session: string
  readonly headers: Record<string, string>
  ask(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>
  say(text: string, headers?: Record<string, string>): Promise<Answer>
  events(lastEventId?: string): Promise<EventReader>
}

export async function openPage(url: string, body: object = {}, origin = SITE): Promise<Page> {
  const opened = await ask(url, 'POST', '/guest-session', body, { origin })
  return pageOf(url, opened, origin)
}

export function pageOf(url: string, opened: Answer, origin = SITE): Page {
  const page: Page = {
    opened,
    session: opened.body.session,
    get headers() {
      return { origin, authorization: `Bearer ${page.session}` }
    },
    async ask(method, path, body, headers) {
      const answer = await ask(url, method, path, body, { ...page.headers, ...headers })
      if (answer.status < 300 && typeof answer.body?.session === 'string') page.session = answer.body.session
      return answer
    },
    say: (text, headers) => page.ask('POST', '/messages', { text }, headers),
    events: (lastEventId) => readEvents(url, page.headers, lastEventId === undefined ? {} : { lastEventId }),
  }
  return page
}

export async function ask(
  url: string,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const response = await fetch(url + path, {
    method,
    headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    redirect: 'manual',
  })
  const text = await response.text()
  answers.push(JSON.stringify([...response.headers]), text)
  const isJson = response.headers.get('content-type')?.includes('json') === true
  const answerBody: unknown = isJson ? JSON.parse(text) : text
  const wrong = disagreement(method, path, response.status, response.headers.get('content-type'), answerBody)
  if (wrong !== undefined) throw new Error(`The answer is not as /openapi.json says: ${wrong}`)
  return { status: response.status, headers: response.headers, body: answerBody }
}
