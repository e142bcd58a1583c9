import { createHash } from 'node:crypto'
import { Router, type Response } from 'express'
import { isProblemCode, PROBLEM_CATALOGUE, PROBLEM_CODES } from '../problems/catalogue.ts'
import { escapeHtml } from '../html/escape-html.ts'
import { RequestError } from '../errors/request-error.ts'

const STYLE = `
:root { color-scheme: light dark; --text: #1f2328; --soft: #59636e; --line: #d1d9e0; --mark: #0a5bd3; --code: #eff2f5 }
@media (prefers-color-scheme: dark) {
  :root { --text: #e6edf3; --soft: #9198a1; --line: #3d444d; --mark: #79b8ff; --code: #20262e }
  body { background: #0d1117 }
}
body { margin: 0 auto; max-width: 44rem; padding: 3rem 1.5rem; color: var(--text); font: 1.0625rem/1.6 system-ui, sans-serif }
h1 { font-size: 1.75rem; line-height: 1.25; margin: 0.5rem 0 1.5rem }
h2 { font-size: 1.0625rem; margin: 2rem 0 0.25rem }
p { margin: 0.25rem 0 }
a { color: var(--mark) }
code { background: var(--code); border-radius: 4px; padding: 0.1em 0.35em; font-size: 0.9em; overflow-wrap: anywhere }
.soft { color: var(--soft) }
table { border-collapse: collapse; width: 100% }
th, td { border-top: 1px solid var(--line); padding: 0.5rem 1rem 0.5rem 0; text-align: left; vertical-align: top }
`

/** These pages may load and run nothing except their one style sheet, which is allowed by its hash. */
const POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** Mounted at `/docs/problems`: a list of all codes, and for each code a page that says what it means and what to do. */
export function problemPages(): Router {
  const router = Router()
  router.get('/', (req, res) => sendPage(res, problemIndex(req.baseUrl)))
  router.get('/:problemCode', (req, res) => sendPage(res, problemPage(req.params.problemCode, req.baseUrl)))
  return router
}

function sendPage(res: Response, html: string) {
  res
    .set({ 'Content-Security-Policy': POLICY, 'Cache-Control': 'public, max-age=3600' })
    .type('html')
    .send(html)
}

/** @param folder the path of the pages, without a trailing slash */
export function problemIndex(folder: string): string {
  const rows = PROBLEM_CODES.map((code) => ({ code, ...PROBLEM_CATALOGUE[code] }))
    .sort((a, b) => a.status - b.status)
    .map(
      ({ code, status, title }) =>
        `<tr><td>${status}</td><td><a href="${escapeHtml(folder)}/${code}"><code>${code}</code></a></td><td>${prose(title)}</td></tr>`,
    )
  return page(
    'Problems',
    `<h1>Problems</h1>
<p>Every error response contains a <code>code</code>. Each code has one status and one page.</p>
<table><thead><tr><th>Status</th><th>Code</th><th>Meaning</th></tr></thead><tbody>
${rows.join('\n')}
</tbody></table>`,
  )
}

/** @throws {RequestError} `not_found` for an unknown code */
export function problemPage(code: string, folder: string): string {
  if (!isProblemCode(code)) throw new RequestError('not_found', 'There is no such problem code.')
  const { status, title, description, clientAction, operatorAction } = PROBLEM_CATALOGUE[code]
  return page(
    code,
    `<p class="soft"><a href="${escapeHtml(folder)}">Problems</a> · ${status} · <code>${code}</code></p>
<h1>${prose(title)}</h1>
<p>${prose(description)}</p>
<h2>On the page</h2>
<p>${prose(clientAction)}</p>
<h2>For the operator</h2>
<p>${prose(operatorAction)}</p>`,
  )
}

function page(title: string, main: string): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)} – Genesys Guest BFF</title>
<style>${STYLE}</style>
<main>
${main}
</main>
</html>
`
}

/** Converts plain text, in which backticks mark code, to HTML. */
function prose(text: string): string {
  return escapeHtml(text).replace(/`([^`]+)`/g, '<code>$1</code>')
}
