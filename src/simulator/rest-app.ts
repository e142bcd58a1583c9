import express, { type Express } from 'express'
import type { Bends } from './bend.ts'
import type { OAuth } from './oauth-endpoint.ts'
import { answerError, notFound } from './platform-errors.ts'
import { correlationId, rateHeaders } from './platform-headers.ts'
import { publicConfiguration } from './public-configuration.ts'
import type { RequestRecord } from './record.ts'
import { bendAnswers, recordRequests } from './rest-bending.ts'
import type { Settings } from './settings.ts'

/** Genesys: `request.bytes.max`. */
const BODY_BYTES = 512_000

export interface RestParts {
  settings: Settings
  bends: Bends
  requests: RequestRecord
  oauth: OAuth
}

/** The API, login and CDN hosts and the object store, all on one port: their paths do not collide. */
export function createRestApp(parts: RestParts): Express {
  const { settings, bends, requests, oauth } = parts
  const app = express()
  app.disable('x-powered-by').disable('etag')
  app.use(correlationId)
  app.use(recordRequests(requests, settings.now))
  app.use(bendAnswers(bends))
  app.use(oauth.router)
  app.use(publicConfiguration(settings))
  app.use(rateHeaders({ perMinute: settings.limits.restPerMinute, now: settings.now }))
  app.use(express.json({ limit: BODY_BYTES, strict: false }))
  app.use(() => {
    throw notFound()
  })
  app.use(answerError)
  return app
}
