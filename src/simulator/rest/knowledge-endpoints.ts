import { randomUUID } from 'node:crypto'
import { type Request, Router } from 'express'
import * as z from 'zod'
import type { KnowledgeBase, StoredArticle } from '../conversation/knowledge-base.ts'
import type { Settings } from '../settings.ts'
import type { OAuth } from './oauth-endpoint.ts'
import { badRequest, invalidValue, notFound } from './platform-errors.ts'

const SESSIONS = '/api/v2/knowledge/guest/sessions'
const DOCUMENTS = `${SESSIONS}/:sessionId/documents`

const Session = z.object({
  app: z.object({ deploymentId: z.string(), type: z.enum(['MessengerKnowledgeApp', 'SupportCenter']) }),
  customerId: z.string().min(1),
  pageUrl: z.string().optional(),
  journeySessionId: z.string().optional(),
})
const Query = z.object({ query: z.string().min(1), pageSize: z.int().min(1).max(30).default(5) })
const Feedback = z.object({
  rating: z.enum(['Positive', 'Negative']),
  documentVariation: z.object({ id: z.string() }),
  document: z.object({ versionId: z.string() }),
  search: z.object({ id: z.string() }).optional(),
})

/** Genesys' knowledge for guests. It is unknown whether the platform requires an OAuth client, so a setting decides. */
export function knowledgeEndpoints(settings: Settings, base: KnowledgeBase, oauth: OAuth): Router {
  const router = Router()
  router.use(SESSIONS, (req, _res, next) => {
    if (settings.knowledge === 'off') throw notFound()
    if (settings.knowledge === 'oauth') oauth.authorize(req)
    next()
  })

  router.post(SESSIONS, (req, res) => {
    const { app, ...session } = parse(Session, req)
    if (app.deploymentId !== settings.deploymentId) throw invalidValue('deploymentId')
    const id = randomUUID()
    base.sessions.add(id)
    res.json({ id, app, ...session })
  })

  router.post(`${DOCUMENTS}/search`, (req, res) => {
    const sessionId = sessionOf(req)
    const { query, pageSize } = parse(Query, req)
    const found = base.search(query)
    res.json({
      query,
      pageSize,
      pageNumber: 1,
      searchId: randomUUID(),
      total: found.length,
      pageCount: Math.ceil(found.length / pageSize),
      sessionId,
      results: found.slice(0, pageSize).map(({ article, confidence }) => ({
        confidence,
        document: documentOf(article, sessionId),
      })),
    })
  })

  router.post(`${DOCUMENTS}/search/suggestions`, (req, res) => {
    const sessionId = sessionOf(req)
    const { query, pageSize } = parse(Query, req)
    const results = base.suggest(query).slice(0, pageSize)
    res.json({ query, pageSize, sessionId, results: results.map((matchedPhrase) => ({ matchedPhrase })) })
  })

  router.get(`${DOCUMENTS}/:documentId`, (req, res) => {
    res.json(documentOf(articleOf(req.params.documentId), sessionOf(req)))
  })

  router.post(`${DOCUMENTS}/:documentId/feedback`, (req, res) => {
    const sessionId = sessionOf(req)
    const { id } = articleOf(req.params.documentId)
    const { rating, search } = parse(Feedback, req)
    base.feedback.push({ articleId: id, rating, ...(search && { searchId: search.id }) })
    res.json({ id: randomUUID(), rating, sessionId })
  })

  function sessionOf(req: Request<{ sessionId: string }>): string {
    const { sessionId } = req.params
    if (!base.sessions.has(sessionId)) throw notFound()
    return sessionId
  }

  function articleOf(id: string): StoredArticle {
    const article = base.articles.get(id)
    if (article === undefined) throw notFound()
    return article
  }

  return router
}

function documentOf(article: StoredArticle, sessionId: string) {
  const { id, title, alternatives, blocks, variationId, versionId } = article
  return {
    id,
    title,
    visible: true,
    alternatives: alternatives.map((phrase) => ({ phrase, autocomplete: true })),
    state: 'Published',
    documentVersion: { id: versionId },
    variations: [{ id: variationId, contexts: [], body: { blocks } }],
    sessionId,
  }
}

function parse<Schema extends z.ZodType>(schema: Schema, req: Pick<Request, 'body'>): z.infer<Schema> {
  const { success, data } = schema.safeParse(req.body)
  if (!success) throw badRequest()
  return data
}
