import * as z from 'zod'
import type { ProblemCode } from '../problems/catalogue.ts'
import { KnowledgeQuery, RateArticle } from '../routes/schemas.ts'
import { KnowledgeArticle, KnowledgeSearch, KnowledgeSuggestions } from './response-schemas.ts'
import { json, nothing, UPSTREAM, WITH_BODY, type Operation } from './operation.ts'

const articleId = z.object({ id: z.string().meta({ description: 'The id from a search result.' }) })
const READ: ProblemCode[] = [...UPSTREAM, 'not_enabled']

export const KNOWLEDGE_OPERATIONS: readonly Operation[] = [
  {
    method: 'get',
    path: '/knowledge/search',
    summary: "Search the articles in Genesys' knowledge base",
    description: 'Needs `KNOWLEDGE`, but no session. The response can be cached for a minute.',
    tag: 'page',
    session: 'none',
    query: KnowledgeQuery,
    answers: { 200: json(KnowledgeSearch, 'At most ten articles, the best match first') },
    problems: [...READ, 'invalid_request'],
  },
  {
    method: 'get',
    path: '/knowledge/suggestions',
    summary: 'Complete a query while it is being typed',
    description:
      'Returns phrases from the knowledge base. No session is needed. The response can be cached for a minute.',
    tag: 'page',
    session: 'none',
    query: KnowledgeQuery,
    answers: { 200: json(KnowledgeSuggestions, 'At most five phrases') },
    problems: [...READ, 'invalid_request'],
  },
  {
    method: 'get',
    path: '/knowledge/articles/{id}',
    summary: 'An article as HTML',
    description:
      'The text is escaped. The HTML contains only a few kinds of elements, and no scripts, styles, classes or ids. The response can be cached for a minute.',
    tag: 'page',
    session: 'none',
    params: articleId,
    answers: { 200: json(KnowledgeArticle, 'The article') },
    problems: READ,
  },
  {
    method: 'post',
    path: '/knowledge/articles/{id}/feedback',
    summary: 'Report whether an article was helpful',
    description: "The rating is shown in the knowledge base's analytics.",
    tag: 'page',
    session: 'none',
    params: articleId,
    body: RateArticle,
    examples: { Helpful: { helpful: true } },
    answers: { 204: nothing('Genesys has accepted the rating') },
    problems: [...WITH_BODY, ...READ],
  },
]
