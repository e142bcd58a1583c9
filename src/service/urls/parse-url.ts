/**
 * The URL, or undefined if the text is not a URL. Node.js 20 has no `URL.parse`, and its `URL.canParse` returns
 * false for text with Latin-1 letters (`https://münchen.example`) once V8 has optimized the caller.
 */
export function parseUrl(text: string): URL | undefined {
  try {
    return new URL(text)
  } catch {
    return undefined
  }
}
