// npm run lint:regex [-- FOLDER]
//
// Checks every regular expression in src/ with recheck. An expression that takes more than linear time in the worst
// case is an error, because attackers can choose the input. `new RegExp(…)` with anything but a literal is also an
// error, because it cannot be checked.
import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { parseArgs } from 'node:util'
import { checkSync } from 'recheck'
import ts from 'typescript'

// The pure JavaScript backend needs neither a binary for the platform nor Java.
process.env['RECHECK_BACKEND'] = 'pure'

/** The time limit for one expression. The slowest takes 3 s on an idle machine. */
const TIMEOUT_MS = 60_000

const { positionals } = parseArgs({ allowPositionals: true })
const folder = positionals[0] ?? 'src'

/** Every regular expression in a file, with the line on which it starts. */
function expressionsOf(path) {
  const file = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true)
  const found = []
  const add = (node, expression) => {
    const { line } = file.getLineAndCharacterOfPosition(node.getStart())
    found.push({ where: `${relative('.', path)}:${line + 1}`, ...expression })
  }
  const visit = (node) => {
    if (ts.isRegularExpressionLiteral(node)) {
      const end = node.text.lastIndexOf('/')
      add(node, { source: node.text.slice(1, end), flags: node.text.slice(end + 1) })
    } else if (
      (ts.isNewExpression(node) || ts.isCallExpression(node)) &&
      node.expression.getText() === 'RegExp'
    ) {
      const [source, flags] = node.arguments ?? []
      const isPlain =
        source && ts.isStringLiteralLike(source) && (flags === undefined || ts.isStringLiteralLike(flags))
      add(node, isPlain ? { source: source.text, flags: flags?.text ?? '' } : { text: node.getText() })
    }
    ts.forEachChild(node, visit)
  }
  visit(file)
  return found
}

const problems = []
let checked = 0
const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
  name.endsWith('.ts'),
)
for (const path of names.sort().map((name) => join(folder, name))) {
  for (const { where, source, flags, text } of expressionsOf(path)) {
    checked += 1
    // An expression without repetition cannot be slow.
    if (source !== undefined && !/[*+{]/.test(source)) continue
    if (source === undefined) {
      problems.push(`${where}: ${text} is built from text that is known only at run time`)
      continue
    }
    const verdict = checkSync(source, flags, { timeout: TIMEOUT_MS })
    if (verdict.status === 'safe') continue
    const why =
      verdict.status === 'vulnerable' ? verdict.complexity.summary : `unknown (${verdict.error.kind})`
    const attack = verdict.attack ? `, for example ${verdict.attack.pattern}` : ''
    problems.push(`${where}: /${source}/${flags} takes ${why} time${attack}`)
  }
}
for (const problem of problems) console.error(problem)
console.log(`${checked} regular expressions checked, ${problems.length} problems`)
process.exitCode = problems.length > 0 || checked === 0 ? 1 : 0
