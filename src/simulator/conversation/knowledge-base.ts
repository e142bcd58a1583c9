import { randomUUID } from 'node:crypto'

/** An article of the knowledge base. */
export interface ArticleSpec {
  title: string
  /** Other phrases by which it can be found. */
  alternatives?: readonly string[]
  /** Paragraphs of plain text, or blocks as Genesys has them (`DocumentBodyBlock`). */
  body: readonly (string | Readonly<Record<string, unknown>>)[]
}

export interface StoredArticle {
  id: string
  title: string
  alternatives: readonly string[]
  blocks: readonly unknown[]
  variationId: string
  versionId: string
}

/** A guest's feedback on an article. */
export interface KnowledgeFeedback {
  articleId: string
  rating: 'Positive' | 'Negative'
  searchId?: string
}

const text = (words: string, more: object = {}) => ({ type: 'Text', text: { text: words, ...more } })
const paragraph = (...blocks: object[]) => ({ type: 'Paragraph', paragraph: { blocks } })
const item = (words: string) => ({ type: 'ListItem', blocks: [text(words)] })

const ARTICLES: readonly ArticleSpec[] = [
  {
    title: 'Where is my parcel?',
    alternatives: ['Track a parcel', 'Delivery time'],
    body: [
      paragraph(
        text('A parcel takes '),
        text('two days', { marks: ['Bold'] }),
        text('. Its number is in the message that said it was sent: '),
        text('track it', { hyperlink: 'https://www.example.com/track' }),
        text('.'),
      ),
    ],
  },
  {
    title: 'Send something back',
    alternatives: ['Return a parcel', 'Refund'],
    body: [
      'You have 30 days.',
      {
        type: 'OrderedList',
        list: { blocks: [item('Print the label.'), item('Take the parcel to a shop.')] },
      },
    ],
  },
  {
    title: 'Change your address',
    alternatives: ['Move house'],
    body: ['Sign in, and change it under My account.'],
  },
]

/** The knowledge base of the deployment, with the sessions of its guests. */
export function createKnowledgeBase() {
  const id = randomUUID()
  const articles = new Map<string, StoredArticle>()
  const sessions = new Set<string>()
  const feedback: KnowledgeFeedback[] = []

  function setArticles(specs: readonly ArticleSpec[]): void {
    articles.clear()
    for (const { title, alternatives = [], body } of specs) {
      const blocks = body.map((each) => (typeof each === 'string' ? paragraph(text(each)) : each))
      const article = { id: randomUUID(), variationId: randomUUID(), versionId: randomUUID() }
      articles.set(article.id, { ...article, title, alternatives, blocks })
    }
  }

  /** Articles that contain at least one word of the query. Those that contain the most words come first. */
  function search(query: string): { article: StoredArticle; confidence: number }[] {
    const words = wordsIn(query)
    return [...articles.values()]
      .map((article) => {
        const known = wordsIn(
          [article.title, ...article.alternatives, JSON.stringify(article.blocks)].join(' '),
        )
        const hits = [...words].filter((word) => known.has(word)).length
        return { article, confidence: words.size === 0 ? 0 : hits / words.size }
      })
      .filter(({ confidence }) => confidence > 0)
      .sort((a, b) => b.confidence - a.confidence)
  }

  function suggest(query: string): string[] {
    const start = query.toLowerCase()
    return [...articles.values()]
      .flatMap(({ title, alternatives }) => [title, ...alternatives])
      .filter((phrase) => phrase.toLowerCase().includes(start))
  }

  setArticles(ARTICLES)
  return { id, articles, sessions, feedback, setArticles, search, suggest }
}

export type KnowledgeBase = ReturnType<typeof createKnowledgeBase>

function wordsIn(phrase: string): Set<string> {
  return new Set(phrase.toLowerCase().match(/[\p{L}\p{N}]{3,}/gu) ?? [])
}
