import type { IRouter, Request, RequestHandler, Response } from 'express'
import type { KnowledgeArticle, KnowledgeSearch, KnowledgeSuggestions } from '../../../contract/contract.ts'
import type { AccessToken } from '../../genesys/oauth/access-token.ts'
import { methodNotAllowed } from '../../middleware/method-not-allowed.ts'
import { createAddressLimit } from '../../middleware/rate-limits.ts'
import { parseBody, parseQuery } from '../../middleware/request-body.ts'
import { RequestError } from '../../errors/request-error.ts'
import { KnowledgeQuery, RateArticle } from '../../routes/schemas.ts'
import type { KnowledgeAuthorization } from '../../settings/knowledge-settings.ts'
import { createCallBudget, type SharedCalls } from '../../outgoing-http/call-budget.ts'
import type { UpstreamClient } from '../../outgoing-http/upstream-client.ts'
import { UpstreamError } from '../../errors/upstream-error.ts'
import { articleHtml, articleText, shortened } from './article-html.ts'
import { createGuestKnowledge, type FoundDocument, type KnowledgeDocument } from './guest-knowledge.ts'
import { createMinuteCache } from './minute-cache.ts'

/** A share of the 300 calls per minute that an OAuth client can make in total. */
const CALLS_PER_MINUTE = 120
const RATINGS_PER_MINUTE = 30
/** Prevents a single visitor from using up the calls. */
const REQUESTS_PER_ADDRESS_PER_MINUTE = 60
const EXCERPT_CHARS = 240
const MAX_AGE_SECONDS = 60
/** What the doctor searches for. */
const PROBE_QUERY = 'test'

interface Check {
  readonly name: 'knowledge'
  readonly ok: boolean
  readonly essential?: boolean
  readonly code?: string
  readonly hint?: string
}

export interface KnowledgeFeature {
  readonly name: 'knowledge'
  readonly capabilities: readonly 'knowledge'[]
  readonly deployment: { readonly knowledge?: true }
  addRoutes(
    router: IRouter,
    routes: {
      readonly guards: {
        readonly anyPage: readonly RequestHandler[]
        readonly anyPageWithBody: readonly RequestHandler[]
      }
    },
  ): void
  readinessChecks(): Promise<readonly Check[]>
  diagnose(): Promise<{ readonly found: string; readonly problems: readonly { hint: string }[] } | undefined>
}

export interface KnowledgeOptions {
  readonly api: UpstreamClient
  readonly apiUrl: string
  readonly deploymentId: string
  /** Undefined without an OAuth client. */
  readonly accessToken: AccessToken | undefined
  readonly timeoutMs: number
  readonly monotonicNow: () => number
  readonly sharedCalls?: SharedCalls | undefined
  /** Masks the parts of a query that must not leave the service. */
  readonly mask?: ((text: string) => string) | undefined
}

/** `GET /knowledge/…`: articles from Genesys' knowledge base, for everyone who may open a chat. */
export function createKnowledgeFeature(
  authorization: KnowledgeAuthorization | undefined,
  options: KnowledgeOptions,
): KnowledgeFeature {
  const knowledge = authorization && createKnowledge(authorization, options)
  const limitAddress = createAddressLimit({
    maxPerMinute: REQUESTS_PER_ADDRESS_PER_MINUTE,
    detail: 'Too many requests for articles came from this address.',
    hint: `An address can make ${REQUESTS_PER_ADDRESS_PER_MINUTE} requests for articles per minute.`,
    monotonicNow: options.monotonicNow,
  })

  /** Checked before the cache, so that cached responses count toward the limit too. */
  const limit: RequestHandler = (req, _res, next) => {
    if (!knowledge) throw notEnabled()
    limitAddress(req)
    next()
  }

  return {
    name: 'knowledge',
    capabilities: knowledge ? ['knowledge'] : [],
    deployment: knowledge ? { knowledge: true } : {},
    addRoutes(router, { guards }) {
      const enabled = () => {
        if (!knowledge) throw notEnabled()
        return knowledge
      }
      router.get('/knowledge/search', ...guards.anyPage, limit, async (req: Request, res: Response) => {
        const { q } = parseQuery(KnowledgeQuery, req)
        sendCached(res, await enabled().search(q))
      })
      router.get('/knowledge/suggestions', ...guards.anyPage, limit, async (req: Request, res: Response) => {
        const { q } = parseQuery(KnowledgeQuery, req)
        sendCached(res, await enabled().suggest(q))
      })
      router.get(
        '/knowledge/articles/:id',
        ...guards.anyPage,
        limit,
        async (req: Request<{ id: string }>, res: Response) => {
          sendCached(res, (await enabled().article(req.params.id)).body)
        },
      )
      router.post(
        '/knowledge/articles/:id/feedback',
        ...guards.anyPageWithBody,
        limit,
        async (req: Request<{ id: string }>, res: Response) => {
          await enabled().rate(req.params.id, parseBody(RateArticle, req as Request))
          res.status(204).end()
        },
      )
      router.all('/knowledge/articles/:id/feedback', methodNotAllowed('POST'))
      for (const path of ['search', 'suggestions', 'articles/:id'])
        router.all(`/knowledge/${path}`, methodNotAllowed('GET'))
    },
    readinessChecks: () => Promise.resolve(knowledge ? [checkOf(knowledge.latestFailure())] : []),
    async diagnose() {
      if (!authorization) return undefined
      const possible = options.accessToken ? (['open', 'oauth'] as const) : (['open'] as const)
      const outcomes = await Promise.all(
        possible.map(async (each) => ({ each, failure: await probe(each, options) })),
      )
      const accepted = outcomes.flatMap(({ each, failure }) => (failure === undefined ? [each] : []))
      const failure = outcomes.find(({ each }) => each === authorization)?.failure
      const found =
        accepted.length === 0
          ? 'Genesys accepts no search'
          : `Genesys accepts searches with KNOWLEDGE=${accepted.join(' and KNOWLEDGE=')}`
      if (failure === undefined) return { found, problems: [] }
      const [other] = accepted
      const hint = other === undefined ? (failure.facts.hint ?? failure.message) : `Set KNOWLEDGE=${other}.`
      return { found, problems: [{ hint }] }
    },
  }
}

function createKnowledge(authorization: KnowledgeAuthorization, options: KnowledgeOptions) {
  const { monotonicNow, mask = (text: string) => text } = options
  const budgetOf = (name: string, max: number) =>
    createCallBudget({ name, max, shared: options.sharedCalls, monotonicNow })
  const platform = createGuestKnowledge({
    ...options,
    authorization,
    budget: budgetOf('knowledge', CALLS_PER_MINUTE),
    feedbackBudget: budgetOf('knowledge-feedback', RATINGS_PER_MINUTE),
  })
  const texts = createMinuteCache<string>({ bytesOf: bytesOfText, monotonicNow })
  const articles = createMinuteCache<Article | undefined>({
    bytesOf: (article) => (article ? 2 * bytesOfText(article.body) : 100),
    monotonicNow,
  })
  let latestFailure: UpstreamError | undefined

  async function noted<T>(result: Promise<T>): Promise<T> {
    try {
      const value = await result
      latestFailure = undefined
      return value
    } catch (error) {
      if (error instanceof UpstreamError) latestFailure = error
      throw error
    }
  }

  /** Queries that differ only in spaces or in Unicode form share a result. */
  const plain = (query: string) => mask(query.normalize('NFC').replaceAll(/\s+/g, ' '))

  async function article(id: string): Promise<Article> {
    const found = await articles(id, async () => articleOf(await noted(platform.document(id))))
    if (found === undefined) throw new RequestError('not_found', 'There is no article with this id.')
    return found
  }

  return {
    article,
    latestFailure: () => latestFailure,
    search(q: string): Promise<string> {
      const query = plain(q)
      return texts(`search:${query.toLowerCase()}`, async () => {
        const { searchId, documents } = await noted(platform.search(query))
        const found: KnowledgeSearch = {
          ...(searchId !== undefined && { searchId }),
          results: documents.map((document) => ({
            id: document.id,
            title: document.title,
            ...excerptOf(document),
          })),
        }
        return JSON.stringify(found)
      })
    },
    suggest(q: string): Promise<string> {
      const query = plain(q)
      return texts(`suggest:${query.toLowerCase()}`, async () => {
        const suggestions: KnowledgeSuggestions = { phrases: await noted(platform.suggest(query)) }
        return JSON.stringify(suggestions)
      })
    },
    async rate(id: string, feedback: { readonly helpful: boolean; readonly searchId?: string }) {
      const { document } = await article(id)
      await platform.rate(document, feedback)
    },
  }
}

interface Article {
  readonly document: KnowledgeDocument
  /** The JSON for pages. */
  readonly body: string
}

function articleOf(document: KnowledgeDocument | undefined): Article | undefined {
  if (document === undefined) return undefined
  const { id, title, variations, documentVersion } = document
  const [variation] = variations ?? []
  const article: KnowledgeArticle = { id, title, html: articleHtml(variation?.body?.blocks ?? []) }
  // Feedback needs only the ids.
  const kept = { id, title, variations: variation ? [{ id: variation.id }] : [], documentVersion }
  return { document: kept, body: JSON.stringify(article) }
}

function excerptOf({ answer, variations }: FoundDocument): { excerpt?: string } {
  const excerpt =
    typeof answer === 'string' && answer !== ''
      ? shortened(answer, EXCERPT_CHARS)
      : articleText(variations?.[0]?.body?.blocks ?? [], EXCERPT_CHARS)
  return excerpt === '' ? {} : { excerpt }
}

/** Why a search with this authorization fails; undefined if it succeeds. */
async function probe(
  authorization: KnowledgeAuthorization,
  options: KnowledgeOptions,
): Promise<UpstreamError | undefined> {
  const budget = { take: () => Promise.resolve(true) }
  try {
    await createGuestKnowledge({ ...options, authorization, budget, feedbackBudget: budget }).search(
      PROBE_QUERY,
    )
    return undefined
  } catch (error) {
    if (error instanceof UpstreamError) return error
    throw error
  }
}

/** A Genesys rate limit does not mean that a setting is wrong. */
function checkOf(failure: UpstreamError | undefined): Check {
  const name = 'knowledge'
  if (failure === undefined || failure.code === 'upstream_rate_limited') return { name, ok: true }
  const { code, facts, message } = failure
  return { name, ok: false, essential: false, code, hint: facts.hint ?? message }
}

function sendCached(res: Response, body: string): void {
  res.setHeader('Cache-Control', `private, max-age=${MAX_AGE_SECONDS}`)
  res.setHeader('Content-Type', 'application/json; charset=utf-8')
  res.setHeader('Content-Length', Buffer.byteLength(body))
  res.end(body)
}

function bytesOfText(text: string): number {
  return 2 * text.length + 100
}

function notEnabled(): RequestError {
  return new RequestError('not_enabled', 'This service was set up without a knowledge base.', {
    hint: 'Set KNOWLEDGE=open or KNOWLEDGE=oauth; the doctor says which one Genesys accepts.',
  })
}
