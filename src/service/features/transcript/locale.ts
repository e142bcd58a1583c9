import { TRANSCRIPT_TEXTS, type TranscriptTexts } from './transcript-texts.ts'

/** The language of a file: its texts, days and times. */
export interface Locale {
  /** A language tag such as `de-AT`. */
  readonly language: string
  readonly timeZone: string
  readonly texts: TranscriptTexts
  readonly isRightToLeft: boolean
  day(time: Date): string
  timeOfDay(time: Date): string
}

const FALLBACK = 'en'

/** @param languages in order of preference; the first one that is supported is used, otherwise English */
export function createLocale(languages: readonly string[], timeZone: string): Locale {
  const [language = FALLBACK] = languages.flatMap((tag) => {
    const canonical = canonicalLanguage(tag)
    return canonical !== undefined && Object.hasOwn(TRANSCRIPT_TEXTS, baseOf(canonical)) ? canonical : []
  })
  const texts = TRANSCRIPT_TEXTS[baseOf(language)] as TranscriptTexts
  const day = new Intl.DateTimeFormat(language, { dateStyle: 'full', timeZone })
  const timeOfDay = new Intl.DateTimeFormat(language, { hour: 'numeric', minute: '2-digit', timeZone })
  return {
    language,
    timeZone,
    texts,
    isRightToLeft: baseOf(language) === 'ar',
    day: (time) => day.format(time),
    timeOfDay: (time) => timeOfDay.format(time),
  }
}

/** Converts `de_at` to `de-AT`; undefined if the text is not a language tag. */
function canonicalLanguage(tag: string): string | undefined {
  try {
    return Intl.getCanonicalLocales(tag.replaceAll('_', '-'))[0]
  } catch {
    return undefined
  }
}

function baseOf(language: string): string {
  return language.split('-', 1)[0] ?? ''
}
