/**
 * Uses no regular expression, because an expression for any number of slashes takes quadratic time or is hard to
 * check.
 */
export function withoutTrailingSlashes(text: string): string {
  let end = text.length
  while (text[end - 1] === '/') end -= 1
  return text.slice(0, end)
}
