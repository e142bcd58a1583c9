/** Without a regular expression: those that allow any number of slashes take quadratic time, or are hard to check. */
export function withoutTrailingSlashes(text: string): string {
  let end = text.length
  while (text[end - 1] === '/') end -= 1
  return text.slice(0, end)
}
