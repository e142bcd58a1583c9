/** Genesys: clients send typing at most every 5 s. */
const TYPING_EVERY_MS = 5_000
/** A refused typing event is answered well within this. */
const ANSWER_MS = 2_000

/** When one guest's typing may be told. */
export class Typing {
  #toldAtMs = -Infinity
  #isRefused = false

  /** True at most every 5 s, and never again on a connection on which it was refused. */
  take(nowMs: number): boolean {
    if (this.#isRefused || nowMs - this.#toldAtMs < TYPING_EVERY_MS) return false
    this.#toldAtMs = nowMs
    return true
  }

  refused(): void {
    this.#isRefused = true
  }

  /** It was told so recently that its refusal may still come. */
  isFresh(nowMs: number): boolean {
    return nowMs - this.#toldAtMs < ANSWER_MS
  }
}
