import { en } from './en.ts'
import { fill } from './fill.ts'
import { baseLanguageOf } from './in-language.ts'
import type { AvailabilityTexts } from '../availability/availability-texts.ts'
import type { CallbackTexts } from '../availability/callback-texts.ts'
import type { KnowledgeTexts } from '../knowledge/knowledge-texts.ts'
import type { Texts } from './texts-shape.ts'

export { fill }
export type { Texts }

export type TextChanges = Partial<
  Omit<Texts, 'problems'> & AvailabilityTexts & CallbackTexts & KnowledgeTexts
> & {
  readonly problems?: Readonly<Record<string, string>>
}

/** English is part of the component; other languages are loaded on demand. */
const LANGUAGES: Readonly<Record<string, () => Promise<Texts>>> = {
  ar: async () => (await import('./ar.ts')).ar,
  de: async () => (await import('./de.ts')).de,
  es: async () => (await import('./es.ts')).es,
  fr: async () => (await import('./fr.ts')).fr,
  it: async () => (await import('./it.ts')).it,
  ja: async () => (await import('./ja.ts')).ja,
  nl: async () => (await import('./nl.ts')).nl,
  pl: async () => (await import('./pl.ts')).pl,
  pt: async () => (await import('./pt.ts')).pt,
}

/** The texts for a language tag such as `de-AT`; English as the fallback. */
export function loadTexts(language: string): Texts | Promise<Texts> {
  const load = LANGUAGES[baseLanguageOf(language)]
  if (load === undefined) return en
  return load().catch((error: unknown) => {
    console.warn('The chat is in English, because the texts in its language could not be loaded.', error)
    return en
  })
}

/** The texts, with the page's replacements. */
export function withPageTexts(texts: Texts, changes: TextChanges): Texts {
  return { ...texts, ...changes, problems: { ...texts.problems, ...changes.problems } }
}

export function isRightToLeft(language: string): boolean {
  return ['ar', 'fa', 'he', 'ur'].includes(baseLanguageOf(language))
}

/** The text that explains a problem to the guest. */
export function problemText(
  texts: Texts,
  code: string,
  values: Readonly<Record<string, string | number>> = {},
): string {
  return fill(texts.problems[code] ?? texts.problems.other, values)
}
