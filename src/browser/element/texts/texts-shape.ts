/** All texts of the chat. `{name}` and similar placeholders are filled in. */
export interface Texts {
  readonly title: string
  readonly greetingTitle: string
  readonly greeting: string
  readonly open: string
  readonly close: string
  /** The chat button while the chat is open; the panel has its own `close`. */
  readonly hide: string
  readonly unread: string
  readonly messages: string
  readonly earlier: string
  readonly newest: string
  /** Shown above the first message that the guest has not seen. */
  readonly newLine: string
  readonly today: string
  readonly yesterday: string
  readonly you: string
  readonly agent: string
  readonly bot: string
  readonly typing: string
  readonly online: string
  readonly connecting: string
  readonly offlineShort: string
  readonly offline: string
  readonly unreachable: string
  readonly closed: string
  readonly unavailable: string
  readonly sending: string
  readonly sent: string
  readonly redacted: string
  readonly notSent: string
  readonly retry: string
  readonly discard: string
  readonly placeholder: string
  readonly message: string
  readonly send: string
  readonly charactersLeft: string
  readonly charactersOver: string
  readonly attach: string
  readonly uploading: string
  readonly removeFile: string
  readonly file: string
  readonly openFile: string
  readonly fileFailed: string
  readonly suggestions: string
  readonly cards: string
  readonly previous: string
  readonly next: string
  readonly chooseTime: string
  readonly choose: string
  readonly confirm: string
  readonly answered: string
  /** The label of a form field that has no label. */
  readonly answer: string
  readonly openMap: string
  readonly step: string
  readonly back: string
  readonly reviewAnswers: string
  readonly required: string
  readonly requiredHint: string
  readonly sendForm: string
  readonly unsupported: string
  readonly signInPrompt: string
  readonly signIn: string
  readonly coBrowseOffer: string
  readonly videoOffer: string
  readonly accept: string
  readonly decline: string
  readonly agentLeft: string
  readonly signedInElsewhere: string
  readonly expiring: string
  readonly ended: string
  /** Why the conversation has ended. */
  readonly endedByGuest: string
  readonly expired: string
  readonly readOnly: string
  readonly startNew: string
  readonly end: string
  readonly saveConversation: string
  readonly endQuestion: string
  readonly endHint: string
  readonly cancel: string
  /** Error texts by problem code; `other` for codes that are not listed. */
  readonly problems: Readonly<Record<string, string>> & { readonly other: string }
}
