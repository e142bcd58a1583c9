/**
 * The URL, or undefined if the text is not a URL. For Node.js 20, which has no `URL.parse`: its
 * `URL.canParse` returns false for text with Latin-1 letters (`https://münchen.example`) once V8 has
 * optimized the caller.
 */
export function parseUrl(text: string): URL | undefined {
  try {
    return new URL(text)
  } catch {
    return undefined
  }
}
