export interface Reply {
  readonly text: string
  readonly payload: string
}

/** The texts of a component: its prompt before it is answered, or its reply afterwards. */
export interface Prompt {
  readonly header?: string
  readonly title?: string
  readonly subtitle?: string
  readonly imageUrl?: string
  readonly buttonLabel?: string
}

export interface AttachmentContent {
  readonly type: 'attachment'
  /** Empty if Genesys sends no id. The address of such a file cannot be renewed. */
  readonly id: string
  readonly mediaType: string
  readonly url?: string
  readonly fileName?: string
  readonly fileSizeBytes?: number
  readonly mimeType?: string
  /** The file's caption. */
  readonly text?: string
}

export interface QuickReply {
  readonly type: 'quick-reply'
  readonly text: string
  readonly payload: string
  readonly imageUrl?: string
  /** Describes the choice for a screen reader. */
  readonly summaryText?: string
}

export type CardAction =
  | { readonly type: 'link'; readonly text: string; readonly url: string }
  | { readonly type: 'postback'; readonly text: string; readonly payload: string }

/** The action for a click on the card itself. A link needs no text. */
export type DefaultAction =
  | { readonly type: 'link'; readonly text?: string; readonly url: string }
  | { readonly type: 'postback'; readonly text: string; readonly payload: string }

export interface Card {
  readonly title: string
  readonly description?: string
  readonly imageUrl?: string
  readonly videoUrl?: string
  readonly defaultAction?: DefaultAction
  readonly actions: readonly CardAction[]
}

export interface Place {
  readonly text: string
  readonly address?: string
  readonly url?: string
  readonly latitude?: number
  readonly longitude?: number
}

export type DateFormat = 'day-month-year' | 'month-day-year' | 'year-month-day'

/** A choice of one of the available times or, if there are none, of a date and time between `dateMinimum` and `dateMaximum`. */
export interface DateChoice {
  readonly title?: string
  readonly subtitle?: string
  readonly imageUrl?: string
  readonly dateMinimum?: string
  readonly dateMaximum?: string
  readonly dateFormat?: DateFormat
  readonly location?: Place
  readonly availableTimes: readonly { readonly dateTime: string; readonly durationSeconds: number }[]
}

/** A choice of items: one from each section, or several if the section allows it. */
export interface ListChoice {
  readonly prompt?: Prompt
  readonly reply?: Prompt
  readonly sections: readonly {
    readonly title: string
    readonly multipleSelection: boolean
    readonly items: readonly {
      readonly id: string
      readonly title: string
      readonly subtitle?: string
      readonly imageUrl?: string
    }[]
  }[]
}

export type InputMode = 'text' | 'numeric' | 'tel' | 'email' | 'decimal' | 'search' | 'url'

/** A field in a form. Answers refer to it by `id`. */
export type FormField =
  | {
      readonly type: 'input'
      readonly id: string
      readonly title?: string
      readonly subtitle?: string
      readonly placeholder?: string
      readonly required: boolean
      readonly multiline: boolean
      /** Genesys' Messenger has the same limit. */
      readonly maxChars: number
      /** Values for the HTML attributes `inputmode` and `autocomplete`. */
      readonly inputMode: InputMode
      readonly autocomplete?: string
    }
  /** Date fields are always required; list and wheel fields never are. */
  | ({ readonly type: 'date'; readonly id: string } & DateChoice)
  | ({ readonly type: 'list'; readonly id: string } & ListChoice)
  | {
      readonly type: 'wheel'
      readonly id: string
      readonly items: readonly { readonly id: string; readonly title: string; readonly value?: string }[]
    }

export interface Form {
  readonly type: 'form'
  /** Send it back with the answer. */
  readonly cannedResponseId: string
  readonly replyTo?: string
  readonly prompt?: Prompt
  readonly reply?: Prompt
  readonly introduction?: Prompt & { readonly buttonText?: string }
  readonly pages: readonly {
    readonly title?: string
    readonly subtitle?: string
    readonly fields: readonly FormField[]
  }[]
  /** Whether the guest reviews all answers before they are sent. */
  readonly showSummary: boolean
}

/** An answer to a field in a form. A list field has one answer for each selected item. */
export interface FormAnswer {
  readonly id: string
  readonly text: string
  readonly payload: string
}

/** The `inReplyTo` of an answer is `replyTo` or, if that is absent, the `id` of the message with the picker. */
export type DatePicker = { readonly type: 'date-picker'; readonly replyTo?: string } & DateChoice

export type ListPicker = {
  readonly type: 'list-picker'
  readonly id?: string
  readonly replyTo?: string
} & ListChoice

/** Structured parts of a message. A page shows the types that it supports, and a placeholder for the others. */
export type Content =
  | AttachmentContent
  | QuickReply
  | ({ readonly type: 'card' } & Card)
  | { readonly type: 'carousel'; readonly cards: readonly Card[] }
  | DatePicker
  | ListPicker
  | Form
  | {
      readonly type: 'rich-link'
      readonly text: string
      readonly url: string
      readonly urlLabel?: string
      readonly footer?: string
      readonly header?: { readonly type: 'text' | 'image' | 'video' | 'file'; readonly value: string }
    }
  | ({ readonly type: 'location' } & Place)
  | { readonly type: 'text'; readonly text: string }
  | {
      readonly type: 'button-response'
      readonly text: string
      readonly payload: string
      /** The kind of component that the guest answered. */
      readonly source?: 'button' | 'date-picker' | 'list-picker' | 'quick-reply'
    }
  | {
      readonly type: 'form-response'
      readonly cannedResponseId?: string
      readonly answers: readonly FormAnswer[]
    }
  | { readonly type: 'unsupported'; readonly contentType: string }
