// A website's backend for the visitor webhook. It identifies the visitor by the cookie `shop-session`.
import { createServer } from 'node:http'
import { fileURLToPath } from 'node:url'
import { Webhook } from 'standardwebhooks'

/** Stands in for your own session store. */
const SESSIONS = new Map([['of-jane', { user: 'user-12345', plan: 'gold' }]])

export function createBackend(secret) {
  const webhook = new Webhook(secret)
  return createServer(async (req, res) => {
    let body = ''
    for await (const chunk of req) body += chunk
    try {
      webhook.verify(body, req.headers) // throws if the signature is wrong or more than five minutes old
    } catch {
      res.writeHead(401).end()
      return
    }
    const [, id] = /(?:^|; )shop-session=([^;]+)/.exec(req.headers.cookie ?? '') ?? []
    const session = SESSIONS.get(id)
    res.setHeader('Content-Type', 'application/json').end(
      JSON.stringify({
        id: req.headers['webhook-id'],
        ...(session && { visitor: session.user, attributes: { 'custom.plan': session.plan } }),
      }),
    )
  })
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  createBackend(process.env.VISITOR_WEBHOOK_SECRET).listen(4000, '127.0.0.1')
