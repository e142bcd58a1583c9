import { de } from './de.ts'
import { en } from './en.ts'
import { es } from './es.ts'
import { fr } from './fr.ts'
import type { Texts } from './texts-shape.ts'

export type { Texts }

export type TextChanges = Partial<Omit<Texts, 'problems'>> & {
  readonly problems?: Readonly<Record<string, string>>
}

const LANGUAGES: Readonly<Record<string, Texts>> = { en, de, fr, es }

/** The texts of a language tag such as `de-AT`, English for what there is none of, with the page's own changes. */
export function textsFor(language: string, changes: TextChanges = {}): Texts {
  const texts = LANGUAGES[language.toLowerCase().split(/[-_]/)[0] ?? ''] ?? en
  return { ...texts, ...changes, problems: { ...texts.problems, ...changes.problems } }
}

export function fill(text: string, values: Readonly<Record<string, string | number>>): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole))
}

/** A problem in words for the guest. */
export function problemText(
  texts: Texts,
  code: string,
  values: Readonly<Record<string, string | number>> = {},
): string {
  return fill(texts.problems[code] ?? texts.problems.other, values)
}
