import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import ts from 'typescript'

/**
 * Combines the declaration files that tsc emits into one file, so that `client.d.ts` can be served and copied without
 * other files. Supports only what our browser modules use: relative imports by name, exported declarations, and an entry
 * that re-exports by name or with `*`. Throws an error for anything else.
 */
export function bundleTypes(entryPath) {
  const modules = new Map()
  read(entryPath, modules)
  const publicNames = exportedNames(entryPath, modules)
  const declarations = [...modules.values()].flatMap((module) => module.declarations)
  requireUniqueNames(modules.values())
  return [
    ...reachable(declarations, publicNames).map(({ names, text }) =>
      withExport(
        text,
        names.some((name) => publicNames.has(name)),
      ),
    ),
    // Without this line, TypeScript would export all declarations.
    'export {}\n',
  ].join('\n')
}

/** Reads dependencies first, so that types precede the types that use them. */
function read(path, modules) {
  if (modules.has(path)) return
  const module = { declarations: [], reexports: [] }
  modules.set(path, module)
  const source = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true)
  for (const statement of source.statements) {
    const from = statement.moduleSpecifier && resolve(path, statement.moduleSpecifier.text)
    if (from) read(from, modules)
    if (ts.isImportDeclaration(statement)) refuseRenaming(statement.importClause?.namedBindings)
    else if (ts.isExportDeclaration(statement)) {
      refuseRenaming(statement.exportClause)
      const names = statement.exportClause?.elements.map(({ name }) => name.text)
      module.reexports.push({ from, names })
    } else module.declarations.push({ names: namesOf(statement), text: statement.getFullText().trim() })
  }
  // Moves the module behind its imports.
  modules.delete(path)
  modules.set(path, module)
}

function resolve(importer, specifier) {
  if (!/^\.\.?\//.test(specifier))
    throw new Error(`${importer} imports ${specifier}, which pages do not have`)
  return join(dirname(importer), specifier.replace(/\.[jt]s$/, '.d.ts'))
}

function refuseRenaming(bindings) {
  for (const { name, propertyName } of bindings?.elements ?? [])
    if (propertyName) throw new Error(`${propertyName.text} is renamed to ${name.text}`)
}

function namesOf(statement) {
  if (ts.isVariableStatement(statement))
    return statement.declarationList.declarations.map(({ name }) => name.text)
  if (statement.name) return [statement.name.text]
  throw new Error(`a declaration without a name: ${statement.getText().slice(0, 60)}`)
}

function exportedNames(path, modules) {
  const { declarations, reexports } = modules.get(path)
  const own = declarations.filter(({ text }) => isExported(text)).flatMap(({ names }) => names)
  const others = reexports.flatMap(({ from, names }) => names ?? [...exportedNames(from, modules)])
  return new Set([...own, ...others])
}

function requireUniqueNames(modules) {
  const seen = new Set()
  for (const { declarations } of modules) {
    // Within one module, a name may occur several times: for overloads, or for an interface and a class.
    for (const name of new Set(declarations.flatMap(({ names }) => names))) {
      if (seen.has(name)) throw new Error(`two modules declare ${name}`)
      seen.add(name)
    }
  }
}

/** The public declarations, and the declarations to which they refer directly or indirectly. */
function reachable(declarations, publicNames) {
  const kept = new Set(declarations.filter(({ names }) => names.some((name) => publicNames.has(name))))
  for (const { text } of kept) {
    const words = new Set(text.match(/[\w$]+/g))
    for (const other of declarations) if (other.names.some((name) => words.has(name))) kept.add(other)
  }
  return declarations.filter((declaration) => kept.has(declaration) || declaration.names.includes('global'))
}

const EXPORT = /^((?:\/\*[^]*?\*\/\s*|\/\/.*\n\s*)*)export (declare )?/

function isExported(text) {
  return EXPORT.test(text)
}

/** Keeps `declare`, which declarations other than types need if they are not exported. */
function withExport(text, exported) {
  const bare = text.replace(EXPORT, '$1$2')
  const [, comments] = /^((?:\/\*[^]*?\*\/\s*|\/\/.*\n\s*)*)/.exec(bare)
  return `${comments}${exported ? 'export ' : ''}${bare.slice(comments.length)}\n`
}
