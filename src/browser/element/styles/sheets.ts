/**
 * Creates a style sheet with `CSSStyleSheet`, which a strict content security policy allows. If the page's root has an
 * unsuitable font size (`html { font-size: 62.5% }`), the page can set `--guest-chat-rem` to the length that the chat
 * uses for `1rem`.
 */
export function sheetOf(rules: string): CSSStyleSheet {
  const sheet = new CSSStyleSheet()
  sheet.replaceSync(rules.replace(/(-?[\d.]{1,8})rem/g, 'calc($1 * var(--guest-chat-rem, 1rem))'))
  return sheet
}

const later = new Map<string, CSSStyleSheet>()

/** Adds the rules of code that is loaded later. All elements on a page share one sheet for the same rules. */
export function adoptStyles(node: Node, rules: string): void {
  const root = node.getRootNode()
  if (!(root instanceof ShadowRoot)) return
  const sheet = later.get(rules) ?? sheetOf(rules)
  later.set(rules, sheet)
  if (!root.adoptedStyleSheets.includes(sheet)) root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet]
}
