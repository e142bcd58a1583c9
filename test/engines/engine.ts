/** What the tests need from a browser, regardless of its engine and its automation protocol. */
export interface Engine {
  /** Opens a page in a window of this size, in CSS pixels, with its own storage. */
  open(url: string, window?: WindowSize): Promise<EnginePage>
  close(): Promise<void>
}

export interface WindowSize {
  readonly width: number
  readonly height: number
}

export interface EnginePage {
  /** Runs a function in the page and resolves with its awaited result, as JSON. The function can use only its argument. */
  run<Argument, Result>(work: (argument: Argument) => Result, argument: Argument): Promise<Awaited<Result>>
  /** Types this text where the focus is; `\n` presses Enter. */
  type(text: string): Promise<void>
  close(): Promise<void>
}

export const DESKTOP: WindowSize = { width: 1000, height: 760 }
