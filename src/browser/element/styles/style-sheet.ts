import { baseStyles } from './base.ts'
import { composerStyles } from './composer.ts'
import { contentStyles } from './content.ts'
import { messageStyles } from './messages.ts'
import { panelStyles } from './panel.ts'

let shared: CSSStyleSheet | undefined

/** One sheet for all elements of a page, made by script: a strict content security policy allows that. */
export function styleSheet(): CSSStyleSheet {
  if (shared === undefined) {
    shared = new CSSStyleSheet()
    shared.replaceSync([baseStyles, panelStyles, messageStyles, contentStyles, composerStyles].join('\n'))
  }
  return shared
}
