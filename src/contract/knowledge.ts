/** The response of `GET /knowledge/search`. */
export interface KnowledgeSearch {
  /** Genesys' id of the search, for the feedback on an article that it has found. */
  readonly searchId?: string
  /** The best one first. */
  readonly results: readonly KnowledgeResult[]
}

export interface KnowledgeResult {
  /** The id of the article. */
  readonly id: string
  readonly title: string
  /** The beginning of the article, as plain text. */
  readonly excerpt?: string
}

/** The response of `GET /knowledge/suggestions`. */
export interface KnowledgeSuggestions {
  readonly phrases: readonly string[]
}

/** The response of `GET /knowledge/articles/{id}`. */
export interface KnowledgeArticle {
  readonly id: string
  readonly title: string
  /** Made of a few elements without scripts, styles, classes and ids; links and pictures have absolute addresses. */
  readonly html: string
}

/** The body of `POST /knowledge/articles/{id}/feedback`. */
export interface KnowledgeFeedback {
  readonly helpful: boolean
  /** The `searchId` of the search that has found the article. */
  readonly searchId?: string
}
