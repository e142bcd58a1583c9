/** The response to `GET /knowledge/search`. */
export interface KnowledgeSearch {
  /** Genesys' id for the search, for feedback on an article that it found. */
  readonly searchId?: string
  /** The best match first. */
  readonly results: readonly KnowledgeResult[]
}

export interface KnowledgeResult {
  /** The id of the article. */
  readonly id: string
  readonly title: string
  /** The beginning of the article, as plain text. */
  readonly excerpt?: string
}

/** The response to `GET /knowledge/suggestions`. */
export interface KnowledgeSuggestions {
  readonly phrases: readonly string[]
}

/** The response to `GET /knowledge/articles/{id}`. */
export interface KnowledgeArticle {
  readonly id: string
  readonly title: string
  /** Has only a few kinds of elements, and no scripts, styles, classes or ids. Links and pictures have absolute addresses. */
  readonly html: string
}

/** The body of `POST /knowledge/articles/{id}/feedback`. */
export interface KnowledgeFeedback {
  readonly helpful: boolean
  /** The `searchId` of the search that found the article. */
  readonly searchId?: string
}
