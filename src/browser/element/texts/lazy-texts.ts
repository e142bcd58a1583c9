import { inLanguage, type InEachLanguage } from './in-language.ts'
import type { Texts } from './texts-shape.ts'

/** The texts of a part that is loaded later, in the chat's language, with the page's replacements. */
export function lazyTexts<Part extends object>(
  all: InEachLanguage<Part>,
  texts: Texts,
  language: string,
): Part {
  const part = inLanguage(all, language)
  const replaced = Object.entries(texts).filter(([name]) => name in part)
  return { ...part, ...(Object.fromEntries(replaced) as Partial<Part>) }
}
