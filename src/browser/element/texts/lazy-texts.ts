import type { Texts } from './texts-shape.ts'

/** Texts of a file that is loaded later, in the language of the chat, with the page's own among them. */
export function ownTexts<Own extends object>(
  all: Readonly<Record<string, Own>> & { readonly en: Own },
  texts: Texts,
  language: string,
): Own {
  const own = all[language.split('-')[0]?.toLowerCase() ?? ''] ?? all.en
  const changes = Object.entries(texts).filter(([name]) => name in own)
  return { ...own, ...(Object.fromEntries(changes) as Partial<Own>) }
}
