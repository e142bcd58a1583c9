import { createHash } from 'node:crypto'
import { daysOf, type Entry } from './entries.ts'
import type { Locale } from './locale.ts'
import { escapeHtml } from '../../html/escape-html.ts'
import type { Conversation } from './read-conversation.ts'

const STYLES = `
:root { color-scheme: light dark; }
body { max-width: 42rem; margin: 2rem auto; padding: 0 1rem; font: 1rem/1.5 system-ui, sans-serif; }
h1 { font-size: 1.5rem; margin: 0; }
h2 { font-size: 1rem; margin: 2rem 0 0.5rem; padding-bottom: 0.25rem; border-bottom: 1px solid #8888; }
ol { list-style: none; margin: 0; padding: 0; }
li { margin: 0 0 1rem; }
p { margin: 0; overflow-wrap: anywhere; }
.guest { padding-inline-start: 0.75rem; border-inline-start: 3px solid #1f5fd6; }
`

/**
 * A content security policy that allows only the styles. It is sent with the response, and repeated in the file, which
 * is later opened from disk.
 */
const POLICY = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLES).digest('base64')}'; base-uri 'none'; form-action 'none'`
export const HTML_FILE_POLICY = `${POLICY}; frame-ancestors 'none'; sandbox`

export function htmlFile(conversation: Conversation, locale: Locale): string {
  const { texts, language, timeZone, isRightToLeft } = locale
  const note = (text: string) => `<p>${escapeHtml(text)}</p>\n`
  const days = daysOf(conversation, locale).map(
    ({ name, entries }) => `<h2>${escapeHtml(name)}</h2>\n<ol>\n${entries.map(entryHtml).join('')}</ol>\n`,
  )
  return `<!doctype html>
<html lang="${escapeHtml(language)}" dir="${isRightToLeft ? 'rtl' : 'ltr'}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${escapeHtml(POLICY)}">
<meta name="viewport" content="width=device-width">
<title>${escapeHtml(texts.title)}</title>
<style>${STYLES}</style>
</head>
<body>
<main>
<h1>${escapeHtml(texts.title)}</h1>
${note(`${texts.timeZone}: ${timeZone}`)}${conversation.isComplete ? '' : note(texts.incomplete)}${conversation.messages.length === 0 ? note(texts.empty) : ''}${days.join('')}</main>
</body>
</html>
`
}

function entryHtml({ sender, name, time, timeOfDay, lines }: Entry): string {
  const head = `<p><strong dir="auto">${escapeHtml(name)}</strong> <time datetime="${escapeHtml(time)}">${escapeHtml(timeOfDay)}</time></p>`
  const texts = lines.map((line) => `<p dir="auto">${escapeHtml(line)}</p>`).join('')
  return `<li class="${sender}">${head}${texts}</li>\n`
}
