import { de } from './de.ts'
import { en } from './en.ts'
import { es } from './es.ts'
import { fr } from './fr.ts'

/** Everything the chat says by itself. `{name}` and the like are filled in. */
export interface Texts {
  readonly title: string
  readonly greetingTitle: string
  readonly greeting: string
  readonly open: string
  readonly close: string
  readonly unread: string
  readonly messages: string
  readonly earlier: string
  readonly newest: string
  readonly today: string
  readonly yesterday: string
  readonly you: string
  readonly agent: string
  readonly bot: string
  readonly typing: string
  readonly online: string
  readonly connecting: string
  readonly offline: string
  readonly closed: string
  readonly sending: string
  readonly sent: string
  readonly notSent: string
  readonly retry: string
  readonly discard: string
  readonly placeholder: string
  readonly message: string
  readonly send: string
  readonly bytesLeft: string
  readonly attach: string
  readonly uploading: string
  readonly removeFile: string
  readonly file: string
  readonly openFile: string
  readonly suggestions: string
  readonly cards: string
  readonly previous: string
  readonly next: string
  readonly chooseTime: string
  readonly confirm: string
  readonly unsupported: string
  readonly agentLeft: string
  readonly ended: string
  readonly readOnly: string
  readonly startNew: string
  readonly end: string
  readonly endQuestion: string
  readonly endHint: string
  readonly cancel: string
  /** What went wrong, by problem code; `other` for those that are not listed. */
  readonly problems: Readonly<Record<string, string>> & { readonly other: string }
}

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
