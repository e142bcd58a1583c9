import { randomUUID } from 'node:crypto'
import * as z from 'zod'
import type { AccessToken } from '../../genesys/oauth/access-token.ts'
import type { KnowledgeAuthorization } from '../../settings/knowledge-settings.ts'
import { callBudgetUsed, type CallBudget } from '../../outgoing-http/call-budget.ts'
import { idSegment } from '../../outgoing-http/id-segment.ts'
import { pathSegment } from '../../urls/path-segment.ts'
import { createCachedValue } from '../../outgoing-http/cached-value.ts'
import type { UpstreamClient, UpstreamRequest } from '../../outgoing-http/upstream-client.ts'
import { UpstreamError } from '../../errors/upstream-error.ts'

const RESULTS = 10
const SUGGESTIONS = 5
/** An assumption, because it is not documented how long Genesys keeps a session. */
const SESSION_MS = 30 * 60_000
/** A session that is younger than this is not assumed to be the reason for a refusal. */
const RENEWED_AT_MOST_EVERY_MS = 60_000

/** Reads only the first entries of a list: validating the largest response in full would take seconds. */
const atMost = <T extends z.ZodType>(max: number, schema: T) =>
  z
    .array(z.unknown())
    .transform((entries) => entries.slice(0, max))
    .pipe(z.array(schema))

const Variation = z.object({
  id: z.string().nullish(),
  body: z.object({ blocks: z.array(z.unknown()).nullish() }).nullish(),
})
const Document = z.object({
  id: z.string().min(1),
  title: z.string(),
  /** Only the first one is shown. */
  variations: atMost(1, Variation).nullish(),
  documentVersion: z.object({ id: z.string().nullish() }).nullish(),
})
const FoundDocument = Document.extend({ answer: z.string().nullish() })
export type FoundDocument = z.infer<typeof FoundDocument>
export type KnowledgeDocument = z.infer<typeof Document>

const Session = z.object({ id: z.string().min(1) })
const Search = z.object({
  searchId: z.string().nullish(),
  results: atMost(RESULTS, z.object({ document: FoundDocument.nullish() })).nullish(),
})
const Suggestions = z.object({
  results: atMost(SUGGESTIONS, z.object({ matchedPhrase: z.string().nullish() })).nullish(),
})

export interface GuestKnowledgeOptions {
  readonly api: UpstreamClient
  readonly apiUrl: string
  readonly deploymentId: string
  readonly accessToken: AccessToken | undefined
  readonly authorization: KnowledgeAuthorization
  readonly budget: CallBudget
  /** A separate budget for feedback, which must not use up the calls for searches. */
  readonly feedbackBudget: CallBudget
  /** The time limit for each operation. */
  readonly timeoutMs: number
  readonly monotonicNow: () => number
}

export interface Feedback {
  readonly helpful: boolean
  readonly searchId?: string | undefined
}

/** Genesys' knowledge operations for guests. Each method throws `UpstreamError`. */
export interface GuestKnowledge {
  search(query: string): Promise<{ readonly searchId?: string; readonly documents: readonly FoundDocument[] }>
  suggest(query: string): Promise<readonly string[]>
  /** Undefined if Genesys has no such document. */
  document(id: string): Promise<KnowledgeDocument | undefined>
  rate(document: KnowledgeDocument, feedback: Feedback): Promise<void>
}

/**
 * All guests in a process share one session at Genesys, which identifies none of them. Separate sessions would need an
 * additional call before each guest's first search, and guests could not share cached results.
 */
export function createGuestKnowledge(options: GuestKnowledgeOptions): GuestKnowledge {
  const { api, apiUrl, accessToken, authorization, timeoutMs, monotonicNow, deploymentId } = options

  type Call<T> = Pick<UpstreamRequest<T>, 'operation' | 'method' | 'schema' | 'body'> & {
    readonly path: string
    /** Default: the budget for searches. */
    readonly budget?: CallBudget
  }

  function call<T>({ path, budget = options.budget, ...request }: Call<T>, deadlineAtMs: number): Promise<T> {
    const attempt = async (headers: { readonly authorization?: string }) => {
      if (!(await budget.take())) throw budgetUsed(request.operation)
      const url = `${apiUrl}/api/v2/knowledge/guest/sessions${path}`
      return api.request({ ...request, url, headers, retry: 'never', deadlineAtMs, explain })
    }
    if (authorization === 'open') return attempt({})
    if (accessToken === undefined) throw new Error('KNOWLEDGE=oauth needs OAuth credentials.')
    return accessToken.authorize((bearer) => attempt({ authorization: bearer }), deadlineAtMs)
  }

  const session = createCachedValue({
    async load(deadlineAtMs) {
      const body = { app: { type: 'MessengerKnowledgeApp', deploymentId }, customerId: randomUUID() }
      const request = { operation: 'open_knowledge_session', method: 'POST', path: '', body } as const
      const { id } = await call({ ...request, schema: Session }, deadlineAtMs)
      return { path: `/${idSegment(id)}`, openedAtMs: monotonicNow() }
    },
    loadTimeoutMs: timeoutMs,
    timeoutMessage: 'Genesys did not respond in time (open_knowledge_session).',
    ttlMs: () => SESSION_MS,
    negativeTtlMs: () => 2000,
    monotonicNow,
  })

  /** After a refusal, opens another session and tries once more, because Genesys may have ended the old one. */
  async function inSession<T>({ path, ...request }: Call<T>): Promise<T> {
    const deadlineAtMs = monotonicNow() + timeoutMs
    const { path: sessionPath, openedAtMs } = await session.get(deadlineAtMs)
    try {
      return await call({ ...request, path: sessionPath + path }, deadlineAtMs)
    } catch (error) {
      if (!isRefusal(error) || monotonicNow() - openedAtMs < RENEWED_AT_MOST_EVERY_MS) throw error
      if (session.latest?.path === sessionPath) session.drop()
      const next = await session.get(deadlineAtMs)
      return call({ ...request, path: next.path + path }, deadlineAtMs)
    }
  }

  return {
    async search(query) {
      const { searchId, results } = await inSession({
        operation: 'search_knowledge',
        method: 'POST',
        path: '/documents/search',
        body: { query, pageSize: RESULTS, queryType: 'ManualSearch' },
        schema: Search,
      })
      const documents = (results ?? []).flatMap(({ document }) => document ?? [])
      return { documents, ...(typeof searchId === 'string' && { searchId }) }
    },
    async suggest(query) {
      const { results } = await inSession({
        operation: 'suggest_knowledge',
        method: 'POST',
        path: '/documents/search/suggestions',
        body: { query, pageSize: SUGGESTIONS },
        schema: Suggestions,
      })
      return (results ?? []).flatMap(({ matchedPhrase }) => matchedPhrase ?? [])
    },
    async document(id) {
      const name = pathSegment(id)
      if (name === undefined) return undefined
      try {
        return await inSession({
          operation: 'read_knowledge_document',
          method: 'GET',
          path: `/documents/${name}`,
          schema: Document,
        })
      } catch (error) {
        // Genesys responds with 400 to an id in the wrong format.
        if (isRefusal(error) && [400, 404].includes(error.facts.status ?? 0)) return undefined
        throw error
      }
    },
    async rate({ id, variations, documentVersion }, { helpful, searchId }) {
      const variationId = variations?.[0]?.id
      const versionId = documentVersion?.id
      await inSession({
        operation: 'rate_knowledge_document',
        budget: options.feedbackBudget,
        method: 'POST',
        path: `/documents/${idSegment(id)}/feedback`,
        body: {
          rating: helpful ? 'Positive' : 'Negative',
          queryType: searchId === undefined ? 'Unknown' : 'ManualSearch',
          surfacingMethod: 'Article',
          ...(typeof variationId === 'string' && { documentVariation: { id: variationId } }),
          ...(typeof versionId === 'string' && { document: { versionId } }),
          ...(searchId !== undefined && { search: { id: searchId } }),
        },
        schema: z.unknown(),
      })
    },
  }
}

/** Whether Genesys has refused the request or its session, rather than the credentials or the rate of requests. */
function isRefusal(error: unknown): error is UpstreamError {
  return error instanceof UpstreamError && error.code === 'upstream_refused' && error.facts.status !== 403
}

function explain({ status }: { readonly status: number }): string | undefined {
  if (status === 401)
    return 'Genesys does not accept this authorization for guest knowledge: set KNOWLEDGE to the one that the doctor names.'
  if (status === 400 || status === 403 || status === 404)
    return 'Check that the Messenger deployment has a knowledge base, and set KNOWLEDGE to the authorization that the doctor names.'
  return undefined
}

const budgetUsed = (operation: string) =>
  callBudgetUsed({
    operation,
    hint: 'The calls per minute for guest knowledge are limited, because an OAuth client can make only 300 in total.',
    retryAfterSeconds: 5,
  })
