import { baseStyles } from './base.ts'
import { composerStyles } from './composer.ts'
import { messageStyles } from './messages.ts'
import { panelStyles } from './panel.ts'

let shared: CSSStyleSheet | undefined

/** One sheet for all elements of a page. */
export function styleSheet(): CSSStyleSheet {
  shared ??= sheetOf([baseStyles, panelStyles, messageStyles, composerStyles].join('\n'))
  return shared
}

/**
 * Made by script: a strict content security policy allows that. Where a page's root is no measure for text
 * (`html { font-size: 62.5% }`), it says what the chat takes for `rem`.
 */
export function sheetOf(rules: string): CSSStyleSheet {
  const sheet = new CSSStyleSheet()
  sheet.replaceSync(rules.replace(/(-?[\d.]+)rem/g, 'calc($1 * var(--guest-chat-rem, 1rem))'))
  return sheet
}
