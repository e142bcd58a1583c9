/** Genesys' own clients do not send typing events more often. */
const SEND_EVERY_MS = 5000

/** Who is typing on the other side, until a stop event or a timeout. */
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
