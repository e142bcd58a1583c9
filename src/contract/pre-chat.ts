/** One text, or one for each language, such as `{"en":"Topic","de":"Thema"}`. */
export type LocalizedText = string | Readonly<Record<string, string>>

/** The form that a page shows before the chat opens, from `GET /deployment`. The page omits fields whose answers it knows. */
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
  /** The answers to choose from. A field with choices cannot be required. */
  readonly choices?: readonly { readonly value: string; readonly label: LocalizedText }[]
  /** `false`: the field is not shown to visitors who have signed in to the website. */
  readonly askSignedIn?: boolean
}
