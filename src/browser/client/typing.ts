/** Genesys' own clients send typing events at most this often. */
const SEND_EVERY_MS = 5000

/** Remembers who is typing on the other side, until a message arrives or the typing event times out. */
export function createTypingIndicator<Sender>(onChange: () => void) {
  let sender: Sender | undefined
  let timer: ReturnType<typeof setTimeout> | undefined

  function hide(): void {
    clearTimeout(timer)
    if (sender === undefined) return
    sender = undefined
    onChange()
  }

  return {
    get sender() {
      return sender
    },
    hide,
    show(who: Sender, durationMs: number): void {
      clearTimeout(timer)
      timer = setTimeout(hide, durationMs)
      sender = who
      onChange()
    },
  }
}

/** Allows one call every five seconds. */
export function throttleTyping(send: () => void, now: () => number = Date.now): () => void {
  let sentAtMs = -Infinity
  return () => {
    if (now() - sentAtMs < SEND_EVERY_MS) return
    sentAtMs = now()
    send()
  }
}
