import { baseStyles } from './base.ts'
import { composerStyles } from './composer.ts'
import { messageStyles } from './messages.ts'
import { panelStyles } from './panel.ts'
import { sheetOf } from './sheets.ts'

let shared: CSSStyleSheet | undefined

/** The style sheet that all elements on a page share. */
export function styleSheet(): CSSStyleSheet {
  shared ??= sheetOf([baseStyles, panelStyles, messageStyles, composerStyles].join('\n'))
  return shared
}
