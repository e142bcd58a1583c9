import { readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import ts from 'typescript'

/** A use of something that Node.js, V8 or a package does not document. */
export interface Finding {
  /** Below the folder that was searched. */
  readonly path: string
  readonly rule: string
  readonly text: string
}

/** Internal names of node:http, as members or as events. */
const INTERNAL_NAMES = new Set([
  'outputData',
  'addRequest',
  'onSocket',
  'createSocket',
  'removeSocket',
  'socketList',
])
const INTERNAL_EVENTS = new Set(['free', 'agentRemove'])
const EVENT_METHODS = new Set([
  'on',
  'once',
  'addListener',
  'prependListener',
  'off',
  'removeListener',
  'emit',
])
const LISTENER_METHODS = new Set(['listeners', 'rawListeners', 'removeAllListeners'])
export const V8_FLAG =
  /(^|\s)--(expose[-_]gc|no[-_]opt|allow[-_]natives|max[-_](semi|old)|jitless|(no[-_])?(lazy|flush|turbo|sparkplug|maglev)|gc[-_]|stack[-_]size|optimize[-_]for|v8)/
const OVERRULES =
  /@ts-(ignore|expect-error|nocheck)|eslint-disable[^\n]*(no-explicit-any|no-unsafe|ban-ts-comment|no-unnecessary-type)/
/** Subpaths that a package's own documentation names. */
const DOCUMENTED_SUBPATHS: readonly string[] = ['libphonenumber-js/min']

/** Reads every TypeScript file below `folder`, with its types; the types of browsers and of Node.js are both known. */
export function findUndocumentedInSources(
  folder: string,
  exceptions: readonly Finding[],
): readonly Finding[] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => path.replaceAll('\\', '/'))
  const program = createProgram(files.map((path) => join(folder, path)))
  return files
    .flatMap((path) => findIn(program, join(folder, path), path))
    .filter(
      (found) =>
        !exceptions.some(
          ({ path, rule, text }) => path === found.path && rule === found.rule && found.text.startsWith(text),
        ),
    )
}

/** The same search in modules that are given as text; returns one list of findings for each module. */
export function findUndocumented(sources: readonly string[]): readonly (readonly Finding[])[] {
  const names = sources.map((_, at) => `src/sample-${at}.ts`)
  const program = createProgram(names, new Map(names.map((name, at) => [resolve(name), sources[at]!])))
  return names.map((name) => findIn(program, name, name))
}

function createProgram(files: readonly string[], texts = new Map<string, string>()): ts.Program {
  const { options } = ts.parseJsonConfigFileContent(
    ts.readConfigFile('tsconfig.json', ts.sys.readFile).config,
    ts.sys,
    '.',
  )
  const withBrowser = { ...options, lib: ['lib.es2023.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'] }
  const host = ts.createCompilerHost(withBrowser)
  const { readFile, fileExists } = host
  host.readFile = (path) => texts.get(resolve(path)) ?? readFile(path)
  host.fileExists = (path) => texts.has(resolve(path)) || fileExists(path)
  return ts.createProgram({ rootNames: files, options: withBrowser, host })
}

function findIn(program: ts.Program, file: string, path: string): readonly Finding[] {
  const source = program.getSourceFile(file)
  if (source === undefined) throw new Error(`${file} was not read`)
  const found: Finding[] = []
  const types = program.getTypeChecker()
  const overruling = OVERRULES.exec(source.text)
  if (overruling) found.push({ path, rule: 'types overruled', text: overruling[0] })
  const visit = (node: ts.Node) => {
    for (const rule of rulesBrokenBy(node, types))
      found.push({ path, rule, text: node.getText(source).slice(0, 100) })
    ts.forEachChild(node, visit)
  }
  visit(source)
  return found
}

function rulesBrokenBy(node: ts.Node, types: ts.TypeChecker): readonly string[] {
  const name = memberName(node)
  return [
    ...(name === undefined ? [] : rulesBrokenByName(name)),
    ...rulesBrokenByText(node),
    ...rulesBrokenByCall(node, types),
    ...rulesBrokenByCast(node, types),
    ...rulesBrokenByAccess(node, types),
  ]
}

/** The name of a member that is read, written, declared or destructured here. */
function memberName(node: ts.Node): string | undefined {
  if (ts.isPropertyAccessExpression(node)) return node.name.text
  if (ts.isElementAccessExpression(node) && ts.isStringLiteralLike(node.argumentExpression))
    return node.argumentExpression.text
  if (ts.isBindingElement(node) && ts.isObjectBindingPattern(node.parent))
    return textOfName(node.propertyName ?? node.name)
  if (
    ts.isPropertyAssignment(node) ||
    ts.isShorthandPropertyAssignment(node) ||
    ts.isTypeElement(node) ||
    ts.isClassElement(node)
  )
    return textOfName(node.name)
  return undefined
}

function textOfName(name: ts.Node | undefined): string | undefined {
  return name && (ts.isIdentifier(name) || ts.isStringLiteralLike(name)) ? name.text : undefined
}

function rulesBrokenByName(name: string): readonly string[] {
  if (name === '__proto__') return ['prototype replaced']
  if (name.startsWith('_')) return ['underscore property']
  if (INTERNAL_NAMES.has(name)) return ['internal name']
  if (name === 'getOwnPropertySymbols' || name === 'ownKeys') return ['symbol lookup']
  if (name === 'setFlagsFromString' || name === 'gc') return ['V8 flag']
  if (name === 'binding' || name === 'internalBinding' || name === 'dlopen') return ['internal binding']
  return []
}

function rulesBrokenByText(node: ts.Node): readonly string[] {
  if (ts.isImportSpecifier(node)) return rulesBrokenByName((node.propertyName ?? node.name).text)
  if (ts.isModuleDeclaration(node) && ts.isStringLiteral(node.name)) return ['types overruled']
  if (ts.isStringLiteralLike(node) || ts.isTemplateHead(node)) {
    if (V8_FLAG.test(node.text)) return ['V8 flag']
    if (/^Symbol\(/.test(node.text)) return ['symbol lookup']
    return isImported(node) ? rulesBrokenByImport(node.text) : []
  }
  return []
}

/** `import … from`, `export … from`, `import()`, `import.meta.resolve()`, `require()` and `require.resolve()`. */
function isImported({ parent }: ts.Node): boolean {
  if (ts.isImportDeclaration(parent) || ts.isExportDeclaration(parent)) return true
  return (
    ts.isCallExpression(parent) &&
    (parent.expression.kind === ts.SyntaxKind.ImportKeyword ||
      /\b(require|resolve)$/.test(parent.expression.getText()))
  )
}

function rulesBrokenByImport(specifier: string): readonly string[] {
  if (specifier.startsWith('node:internal')) return ['internal binding']
  if (/^[./]|^node:/.test(specifier) || DOCUMENTED_SUBPATHS.includes(specifier)) return []
  const subpath = specifier.split('/').slice(specifier.startsWith('@') ? 2 : 1)
  return subpath.length > 0 ? ['deep import'] : []
}

function rulesBrokenByCall(node: ts.Node, types: ts.TypeChecker): readonly string[] {
  if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return []
  const { expression, name } = node.expression
  const [first] = node.arguments
  const callee = `${expression.getText()}.${name.text}`
  if (/^(Object|Reflect)\.setPrototypeOf$/.test(callee)) return ['prototype replaced']
  if (/^(Object\.(assign|definePropert(y|ies))|Reflect\.(set|defineProperty))$/.test(callee))
    return first && isForeign(types.getTypeAtLocation(first)) ? ['function replaced'] : []
  if (!isForeign(types.getTypeAtLocation(expression))) return []
  if (LISTENER_METHODS.has(name.text)) return ['internal listener']
  const listensInside =
    EVENT_METHODS.has(name.text) && first && ts.isStringLiteralLike(first) && INTERNAL_EVENTS.has(first.text)
  return listensInside ? ['internal listener'] : []
}

function rulesBrokenByCast(node: ts.Node, types: ts.TypeChecker): readonly string[] {
  if (!ts.isAsExpression(node) && !ts.isTypeAssertionExpression(node)) return []
  const inner = ts.isParenthesizedExpression(node.expression) ? node.expression.expression : node.expression
  const isCast = ts.isAsExpression(inner) || ts.isTypeAssertionExpression(inner)
  const target = types.getTypeFromTypeNode(node.type)
  const from = types.getTypeAtLocation(node.expression)
  if (isCast && types.getTypeFromTypeNode(inner.type).flags & ts.TypeFlags.Unknown) return ['double cast']
  if (isForeign(from) && target.flags & (ts.TypeFlags.Never | ts.TypeFlags.Any)) return ['double cast']
  return uncovers(from, target) ? ['hidden member'] : []
}

/** Reading a member that a foreign type does not have, through a cast, an annotation or `in`. */
function rulesBrokenByAccess(node: ts.Node, types: ts.TypeChecker): readonly string[] {
  if (ts.isVariableDeclaration(node) && node.type && node.initializer) {
    const [from, to] = [types.getTypeAtLocation(node.initializer), types.getTypeFromTypeNode(node.type)]
    return uncovers(from, to) ? ['hidden member'] : []
  }
  if (ts.isPropertyAccessExpression(node) && node.name.text === 'description')
    return types.getTypeAtLocation(node.expression).flags & ts.TypeFlags.ESSymbolLike ? ['symbol lookup'] : []
  if (!ts.isBinaryExpression(node)) return []
  if (node.operatorToken.kind === ts.SyntaxKind.InKeyword && ts.isStringLiteralLike(node.left)) {
    const type = types.getTypeAtLocation(node.right)
    const { text } = node.left
    return isForeign(type) && constituents(type).every((part) => !types.getPropertyOfType(part, text))
      ? ['hidden member']
      : []
  }
  if (node.operatorToken.kind !== ts.SyntaxKind.EqualsToken || !ts.isPropertyAccessExpression(node.left))
    return []
  return isForeignFunction(types.getSymbolAtLocation(node.left.name), types) ? ['function replaced'] : []
}

/** Whether `to`, one of our types, names members that the foreign type `from` does not have. */
function uncovers(from: ts.Type, to: ts.Type): boolean {
  if (!isForeign(from) || isForeignOrBuiltIn(to)) return false
  const known = new Set(constituents(from).flatMap((part) => part.getProperties().map(({ name }) => name)))
  return constituents(to).some((part) =>
    part
      .getProperties()
      .some((property) => !known.has(property.name) && !(property.declarations ?? []).some(isFromPackage)),
  )
}

const constituents = (type: ts.Type): readonly ts.Type[] => (type.isUnion() ? type.types : [type])

function isForeign(type: ts.Type): boolean {
  return constituents(type).some((part) => {
    const parts = part.isIntersection() ? part.types : [part]
    return parts.some((it) => isDeclaredByPackage(it.getSymbol()) || isDeclaredByPackage(it.aliasSymbol))
  })
}

function isForeignOrBuiltIn(type: ts.Type): boolean {
  return constituents(type).every((part) =>
    part.getSymbol()?.declarations?.every((it) => it.getSourceFile().fileName.includes('/node_modules/')),
  )
}

/** Whether a package or Node.js declares the symbol. It does not count if the language declares it too. */
function isDeclaredByPackage(symbol: ts.Symbol | undefined): boolean {
  const declarations = symbol?.declarations ?? []
  return declarations.some(isFromPackage) && declarations.every((it) => !isFromLanguage(it))
}

function isFromLanguage(declaration: ts.Declaration): boolean {
  return declaration.getSourceFile().fileName.includes('/typescript/lib/')
}

function isFromPackage(declaration: ts.Declaration): boolean {
  const { fileName } = declaration.getSourceFile()
  return fileName.includes('/node_modules/') && !isFromLanguage(declaration)
}

/** A method or function that its package declares; a property that takes a listener (`onmessage`) is meant to be set. */
function isForeignFunction(symbol: ts.Symbol | undefined, types: ts.TypeChecker): boolean {
  const declarations = symbol?.declarations ?? []
  if (!declarations.some(isFromPackage)) return false
  if (
    declarations.some(
      (it) => ts.isMethodDeclaration(it) || ts.isMethodSignature(it) || ts.isFunctionDeclaration(it),
    )
  )
    return true
  const declaration = declarations[0]!
  return (
    !symbol!.name.startsWith('on') &&
    types.getTypeOfSymbolAtLocation(symbol!, declaration).getCallSignatures().length > 0
  )
}
