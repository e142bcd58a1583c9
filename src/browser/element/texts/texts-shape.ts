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
