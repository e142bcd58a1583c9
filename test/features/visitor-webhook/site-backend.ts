import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Webhook } from 'standardwebhooks'

export const WEBHOOK_SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`

export interface Visit {
  readonly id: string
  readonly headers: IncomingHttpHeaders
  readonly rawHeaders: readonly string[]
  readonly event: { type: string; timestamp: string; data: Record<string, unknown> }
}

export type Respond = (res: ServerResponse, visit: Visit) => void

export interface SiteBackend {
  readonly settings: Record<string, string>
  /** The calls so far, each with a signature that Standard Webhooks' own library accepts. */
  readonly visits: Visit[]
  /** How the backend responds to the next calls. */
  respond: Respond
  stop(): Promise<void>
}

/** Responds with what the backend knows about the visitor. */
export const knows =
  (known: object): Respond =>
  (res, { id }) =>
    void res.setHeader('content-type', 'application/json').end(JSON.stringify({ id, ...known }))

/** The website's own backend, as docs/visitor-webhook.md shows it. */
export async function startSiteBackend(secret = WEBHOOK_SECRET): Promise<SiteBackend> {
  const webhook = new Webhook(secret)
  const server = createServer((req, res) => void answer(req, res))
  async function answer(req: IncomingMessage, res: ServerResponse) {
    let body = ''
    for await (const chunk of req) body += String(chunk)
    try {
      const event = webhook.verify(body, req.headers as Record<string, string>) as Visit['event']
      const { headers, rawHeaders } = req
      const visit = { id: String(headers['webhook-id']), headers, rawHeaders, event }
      backend.visits.push(visit)
      backend.respond(res, visit)
    } catch {
      res.statusCode = 401
      res.end()
    }
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const backend: SiteBackend = {
    settings: {
      VISITOR_WEBHOOK_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}/visitor`,
      VISITOR_WEBHOOK_SECRET: WEBHOOK_SECRET,
      VISITOR_WEBHOOK_COOKIE: 'shop-session',
      VISITOR_WEBHOOK_ATTRIBUTES: 'custom.plan',
      VISITOR_WEBHOOK_CACHE_S: '0',
    },
    visits: [],
    respond: knows({}),
    async stop() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return backend
}
