// Writes docs/client.md from the docstrings of the browser client; with --check, only reports whether it is up to date.

import { readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as prettier from 'prettier'
import ts from 'typescript'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const target = join(root, 'docs/client.md')

/** The entries of the reference, in reading order. An export that is missing here is an error. */
const SECTIONS = [
  [
    'The client',
    [
      'createGuestChat',
      'GuestChatOptions',
      'GuestChat',
      'RequestOfPath',
      'ChatEvents',
      'ChatState',
      'ChatEndReason',
      'ConnectionState',
    ],
  ],
  [
    'Sessions and guests',
    [
      'SessionDescription',
      'Capability',
      'Limits',
      'GuestDetails',
      'JourneyContext',
      'AttributeChanges',
      'ChangedAttributes',
      'StorageChoice',
      'TokenStorage',
      'Deployment',
      'DeploymentLabels',
      'PreChatForm',
      'PreChatField',
      'LocalizedText',
      'Availability',
      'Callback',
      'CallbackRequest',
      'JourneyEvent',
      'JourneyPage',
      'JourneyQuestion',
      'JourneyInvitations',
      'JourneyInvitation',
      'JourneyAnswer',
    ],
  ],
  [
    'Messages',
    [
      'ChatMessage',
      'Message',
      'SentMessage',
      'Redaction',
      'Sender',
      'OutgoingMessage',
      'Reply',
      'Content',
      'AttachmentContent',
      'Card',
      'CardAction',
      'DefaultAction',
      'QuickReply',
      'DatePicker',
      'DateChoice',
      'DateFormat',
      'ListPicker',
      'ListChoice',
      'Form',
      'FormField',
      'FormAnswer',
      'InputMode',
      'Place',
      'Prompt',
      'MessagePage',
      'UploadOptions',
      'UploadedFile',
      'ConversationTranscript',
      'KnowledgeSearch',
      'KnowledgeResult',
      'KnowledgeSuggestions',
      'KnowledgeArticle',
      'KnowledgeFeedback',
    ],
  ],
  [
    'Events',
    ['SessionEvent', 'SessionEventState', 'SignInEvent', 'SignInGrant', 'OfferEvent', 'WaitingEvent'],
  ],
  ['Problems', ['ChatProblem', 'ProblemCode', 'Challenge', 'AltchaChallenge', 'VendorChallenge']],
]

const INTRODUCTION = `<!-- Written by scripts/client-reference.mjs from the docstrings in src/browser. Change those. -->

# Browser client reference

The service provides two ES modules for web pages. They have no dependencies, and work with or without a bundler.

| address | module |
| --- | --- |
| \`/client.js\` | a client for one conversation, for a chat page of your own |
| \`/guest-chat.js\` | \`<genesys-guest-chat>\`, a complete chat as a web component |

The client's types are at \`/client.d.ts\`. A page can also call the service with plain \`fetch\`, without these modules: see
[examples/static-html](../examples/static-html/README.md).

\`\`\`html
<script type="module">
  import { createGuestChat } from 'https://chat.example.com/client.js'

  const chat = createGuestChat({ storage: 'session' })
  chat.on('message', ({ sender, text }) => console.log(sender, text))
  await chat.send('Hello')
</script>
\`\`\`
`

const program = programOf('src/browser/tsconfig.json')
const checker = program.getTypeChecker()
const client = exportsOf('src/browser/client/chat-client.ts')
const text = await formatted([INTRODUCTION, ...SECTIONS.map(section), await componentSection()].join('\n'))
await finish(text)

function programOf(project) {
  const path = join(root, project)
  const { config } = ts.readConfigFile(path, ts.sys.readFile)
  const { fileNames, options } = ts.parseJsonConfigFileContent(config, ts.sys, dirname(path))
  return ts.createProgram(fileNames, options)
}

function exportsOf(path) {
  const module = checker.getSymbolAtLocation(program.getSourceFile(join(root, path)))
  const symbols = checker.getExportsOfModule(module).map((symbol) => [symbol.name, real(symbol)])
  const documented = new Set(SECTIONS.flatMap(([, names]) => names))
  for (const [name] of symbols)
    if (!documented.has(name)) throw new Error(`${name} is exported, but in no section`)
  return new Map(symbols)
}

function real(symbol) {
  return symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol
}

function section([title, names]) {
  return [`## ${title}`, ...names.map((name) => entry(name, client.get(name)))].join('\n\n')
}

function entry(name, symbol) {
  const declaration = symbol.declarations[0]
  const parts = [`### ${name}`, docOf(symbol)]
  if (ts.isFunctionDeclaration(declaration))
    parts.push(code(`function ${name}${signature(declaration)}`), ...examples(symbol))
  else if (ts.isTypeAliasDeclaration(declaration))
    parts.push(code(withoutComments(declaration).replace(/;$/gm, '')))
  else parts.push(heritage(declaration), members(declaration))
  return parts.filter(Boolean).join('\n\n')
}

function heritage(declaration) {
  const parents = (declaration.heritageClauses ?? []).flatMap(({ types }) =>
    types.map((type) => type.getText()),
  )
  return parents.length > 0 ? `All members of \`${parents.join('`, `')}\`, and:` : ''
}

function members(declaration) {
  const rows = declaration.members
    .filter(
      (member) =>
        member.name && !member.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.OverrideKeyword),
    )
    .map(
      (member) =>
        `| ${codeCell(memberText(member))} | ${cell(docOf(checker.getSymbolAtLocation(member.name)))} |`,
    )
  return ['| member | |', '| --- | --- |', ...rows].join('\n')
}

function memberText(member) {
  const optional = member.questionToken ? '?' : ''
  if (ts.isMethodSignature(member)) return member.name.getText() + signature(member)
  return `${member.name.getText()}${optional}: ${oneLine(withoutComments(member.type))}`
}

function signature(declaration) {
  const generics = declaration.typeParameters
    ? `<${declaration.typeParameters.map((type) => type.getText()).join(', ')}>`
    : ''
  const parameters = declaration.parameters.map((parameter) => oneLine(parameter.getText()))
  return `${generics}(${parameters.join(', ')}): ${oneLine(declaration.type.getText())}`
}

function docOf(symbol) {
  const text = ts.displayPartsToString(symbol.getDocumentationComment(checker))
  const tags = symbol
    .getJsDocTags(checker)
    .filter(({ name }) => name === 'returns' || name === 'param' || name === 'throws')
    .map((tag) => `*${tag.name}* ${ts.displayPartsToString(tag.text)}`)
  return [text, ...tags]
    .join('\n\n')
    .replace(/\{@link (\w+)\}/g, '`$1`')
    .trim()
}

function examples(symbol) {
  const tags = symbol.getJsDocTags(checker).filter(({ name }) => name === 'example')
  return tags.map(({ text }) => code(ts.displayPartsToString(text)))
}

async function componentSection() {
  const file = program.getSourceFile(join(root, 'src/browser/element/guest-chat-element.ts'))
  const element = file.statements.find((statement) => ts.isClassDeclaration(statement))
  const symbol = checker.getSymbolAtLocation(element.name)
  const attributes = exportsOfFile('src/browser/element/guest-chat-attributes.ts').find(
    ({ name }) => name === 'GuestChatAttributes',
  )
  const shown = element.members
    .filter(
      (member) => member.name && (ts.getCombinedModifierFlags(member) & ~ts.ModifierFlags.Ambient) === 0,
    )
    .filter((member) => !ts.isSetAccessor(member))
    .filter((member) => !ts.isPrivateIdentifier(member.name) && !member.name.getText().endsWith('Callback'))
    .map(
      (member) =>
        `| \`${member.name.getText()}\` | ${cell(docOf(checker.getSymbolAtLocation(member.name)))} |`,
    )
  return [
    '## The web component',
    code(
      '<script type="module" src="https://chat.example.com/guest-chat.js"></script>\n<genesys-guest-chat storage="session"></genesys-guest-chat>',
      'html',
    ),
    docOf(symbol),
    '### Attributes',
    docOf(attributes),
    attributeRows(attributes.declarations[0]),
    ['| property | |', '| --- | --- |', ...shown].join('\n'),
  ].join('\n\n')
}

function exportsOfFile(path) {
  return checker.getExportsOfModule(checker.getSymbolAtLocation(program.getSourceFile(join(root, path))))
}

function attributeRows({ members: all }) {
  const rows = all.map(
    (member) => `| \`${member.name.text}\` | ${cell(docOf(checker.getSymbolAtLocation(member.name)))} |`,
  )
  return ['| attribute | |', '| --- | --- |', ...rows].join('\n')
}

function withoutComments(node) {
  const file = node.getSourceFile()
  const printer = ts.createPrinter({ removeComments: true })
  const text = printer.printNode(ts.EmitHint.Unspecified, node, file)
  return text
    .replace(/^export /, '')
    .replace(/;$/gm, '')
    .replace(/readonly /g, '')
}

function oneLine(text) {
  return text
    .replace(/\s+/g, ' ')
    .replace(/readonly /g, '')
    .replace(/; \}/g, ' }')
}

function code(text, language = 'ts') {
  return `\`\`\`${language}\n${text}\n\`\`\``
}

/** Escapes vertical bars, which would end the table cell even within code. */
function codeCell(text) {
  return `\`${text.replaceAll('|', '\\|')}\``
}

function cell(text) {
  return text.replaceAll('|', '\\|').replace(/\s*\n\s*/g, ' ')
}

async function formatted(markdown) {
  return prettier.format(markdown, { ...(await prettier.resolveConfig(target)), parser: 'markdown' })
}

async function finish(wanted) {
  if (!process.argv.includes('--check')) return writeFile(target, wanted)
  const present = await readFile(target, 'utf8').catch(() => '')
  if (present === wanted) return undefined
  process.stderr.write('docs/client.md is out of date: run node scripts/client-reference.mjs\n')
  process.exitCode = 1
}
