/** Texts for one part of the chat, by language, such as `de`. */
export type InEachLanguage<Part> = Readonly<Record<string, Part>> & { readonly en: Part }

/** The texts for a language tag such as `de-AT`; English as the fallback. */
export function inLanguage<Part>(texts: InEachLanguage<Part>, language: string): Part {
  return texts[baseLanguageOf(language)] ?? texts.en
}

export function baseLanguageOf(language: string): string {
  return language.toLowerCase().split(/[-_]/)[0] ?? ''
}
