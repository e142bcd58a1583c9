// A website with its own login. The service is mounted under /chat in the same application.
import { randomUUID } from 'node:crypto'
import express from 'express'
import { createGuestBff, readConfigFromEnvironment } from 'genesys-guest-bff'

/** The signed-in customers, by the value of the website's cookie. In a real application, use your own sessions and database. */
const signedIn = new Map()
const customers = { jane: { id: 'customer-42', plan: 'gold' } }
const customerOf = (request) => signedIn.get(/(?:^|; )site=([\w-]+)/.exec(request.headers.cookie ?? '')?.[1])

const bff = createGuestBff(readConfigFromEnvironment(), {
  // Routing may trust these attributes: they are derived from the visitor's request, and no page can set them.
  trustedAttributes: {
    keys: ['custom.plan'],
    read({ request }) {
      const customer = customerOf(request)
      return customer && { visitor: customer.id, attributes: { 'custom.plan': customer.plan } }
    },
  },
})

/** The paths that a page needs. All others, such as /metrics, are for operators, and must not be public. */
const PUBLIC =
  /^\/(?:guest-session|guest-attributes|messages|typing|events|attachments(?:\/[\w-]+)?|sign-in|deployment|availability|callbacks|knowledge\/(?:search|suggestions|articles\/[\w-]+(?:\/feedback)?)|transcript|survey|journey\/\w+|widget-config|healthz|assets\.json|client\.d\.ts|(?:client|guest-chat)[\w.-]*\.js|docs\/problems(?:\/[\w-]*)?)$/

const app = express()
app.use('/chat', (req, res, next) => {
  if (PUBLIC.test(req.path)) bff.app(req, res, next)
  else res.status(404).end()
})

app.post('/login/:name', (req, res) => {
  const customer = customers[req.params.name]
  if (customer === undefined) return void res.status(401).end()
  const site = randomUUID()
  signedIn.set(site, customer)
  res.cookie('site', site, { httpOnly: true, sameSite: 'lax' }).status(204).end()
})

app.get('/', (_req, res) => {
  res.send(`<!doctype html><title>Shop</title><h1>Shop</h1>
<script type="module" src="/chat/guest-chat.js"></script><genesys-guest-chat></genesys-guest-chat>`)
})

const server = app.listen(Number(process.env.PORT ?? 3000), process.env.HOST ?? '127.0.0.1', () => {
  process.stdout.write(`http://127.0.0.1:${server.address().port}/\n`)
})

process.once('SIGTERM', async () => {
  bff.drain()
  server.close().closeAllConnections()
  await bff.close()
  process.exit(0)
})
