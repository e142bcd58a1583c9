/**
 * Creates a style sheet by script, which a strict content security policy allows. If the page's root has an unsuitable font
 * size (`html { font-size: 62.5% }`), `--guest-chat-rem` defines what the chat uses for `rem`.
 */
export function sheetOf(rules: string): CSSStyleSheet {
  const sheet = new CSSStyleSheet()
  sheet.replaceSync(rules.replace(/(-?[\d.]{1,8})rem/g, 'calc($1 * var(--guest-chat-rem, 1rem))'))
  return sheet
}

const later = new Map<string, CSSStyleSheet>()

/** Adds the rules of code that is loaded later, once for all elements of a page. */
export function adoptStyles(node: Node, rules: string): void {
  const root = node.getRootNode()
  if (!(root instanceof ShadowRoot)) return
  const sheet = later.get(rules) ?? sheetOf(rules)
  later.set(rules, sheet)
  if (!root.adoptedStyleSheets.includes(sheet)) root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet]
}
