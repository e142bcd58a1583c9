/** One text, or one for each language, such as `{"en":"Topic","de":"Thema"}`. */
export type LocalizedText = string | Readonly<Record<string, string>>

/** What a page asks a guest before the chat opens, in `GET /deployment`. The page asks only for what it does not know. */
export interface PreChatForm {
  readonly title?: LocalizedText
  /** Below the title. */
  readonly subtitle?: LocalizedText
  readonly fields: readonly PreChatField[]
}

export interface PreChatField {
  /** `name`, `email` or `phone`, or the key of an attribute that pages may set. */
  readonly key: string
  readonly label: LocalizedText
  readonly hint?: LocalizedText
  readonly required?: boolean
  /** Whether the field has several lines. */
  readonly multiline?: boolean
  /** The answer is one of these; such a field cannot be required. */
  readonly choices?: readonly { readonly value: string; readonly label: LocalizedText }[]
  /** `false`: the field is not shown to visitors who have signed in to the website, which already knows them. */
  readonly askSignedIn?: boolean
}
