import { describe, expect, test } from '@jest/globals'
import { importsOf, readSourceFiles, type SourceFile } from './source-files.ts'

/** The layers from top to bottom: each imports only from itself and from those listed after it. */
const LAYERS = [
  'openapi',
  'shared-state',
  'features',
  'settings',
  'routes',
  'middleware',
  'problems',
  'http-server',
  'sessions',
  'genesys',
  'outgoing-http',
  'observability',
  'errors',
  'collections',
  'time',
  'urls',
  'html',
]
const SERVICE = 'service/'
/** Separate programs: they do not import the service, and it does not import them. */
const APART = ['simulator', 'browser', 'test-kit']
/** The types of what pages send and receive, for the service and the browser. This folder imports nothing. */
const CONTRACT = 'contract'
/** Starts the service and the simulator to try them out; the only folder that imports both. */
const DEMO = 'demo'
/** Above the service: the doctor may use all of the service, and only the programs' entry files import the doctor. */
const DOCTOR = 'doctor'
/** Small modules for the programs' entry files. */
const STOP_ON_SIGNAL = 'stop-on-signal.ts'
const FEATURES_FOLDER = 'service/features/'
/** The only feature that `site.ts` creates, because it wraps the other services of a site. */
const REDACTION = 'redaction'
const BUILT_FOLDER = 'built-folder.ts'
/** The package's version, which every layer may import. */
const VERSION = 'version.ts'
/** The package's command, which starts each program. */
const COMMAND = 'cli.ts'

const files = readSourceFiles()
const folderOf = (path: string) => (path.includes('/') ? path.slice(0, path.indexOf('/')) : '')
const layerOf = (path: string) => (path.startsWith(SERVICE) ? folderOf(path.slice(SERVICE.length)) : '')
const featureOf = (path: string) =>
  path.startsWith(FEATURES_FOLDER) ? folderOf(path.slice(FEATURES_FOLDER.length)) : ''
const FEATURES = [...new Set(files.map(({ path }) => featureOf(path)))].filter(Boolean).sort()

/** `file -> target` for each import of our own files that `isWrong` rejects. */
function wrongImports(among: (file: SourceFile) => boolean, isWrong: (target: string) => boolean) {
  return files
    .filter(among)
    .flatMap(({ path, imports }) =>
      imports
        .filter(({ target, isRelative }) => isRelative && isWrong(target))
        .map(({ target }) => `${path} -> ${target}`),
    )
}

test('every kind of import in a source file is found', () => {
  expect(files.length).toBeGreaterThan(50)
  expect(files.find(({ path }) => path === 'service/main.ts')?.imports).toContainEqual({
    target: 'service/settings/config.ts',
    isRelative: true,
    typesOnly: false,
  })
  const text =
    "import type { A } from '../a.ts'\nexport {\n  b,\n} from './b.ts'\nimport './c.ts'\nawait import('./d.ts')\n"
  expect(importsOf('routes/x.ts', text).map(({ target, typesOnly }) => [target, typesOnly])).toEqual([
    ['a.ts', true],
    ['routes/b.ts', false],
    ['routes/c.ts', false],
    ['routes/d.ts', false],
  ])
})

test('every folder of the service is a layer', () => {
  const folders = new Set(files.map(({ path }) => layerOf(path)).filter((folder) => folder !== ''))
  expect([...folders].sort()).toEqual([...LAYERS].sort())
})

test.each(LAYERS)('the layer %s imports only from itself and the layers below it', (layer) => {
  const allowed = LAYERS.slice(LAYERS.indexOf(layer))
  expect(
    wrongImports(
      ({ path }) => layerOf(path) === layer,
      (target) => !allowed.includes(layerOf(target)) && folderOf(target) !== CONTRACT && target !== VERSION,
    ),
  ).toEqual([])
})

test.each(APART)('the part %s imports nothing from other parts, and is not imported by them', (part) => {
  expect(
    wrongImports(
      ({ path }) => folderOf(path) === part,
      (target) =>
        folderOf(target) !== part &&
        !(part === 'browser' && folderOf(target) === CONTRACT) &&
        !(part === 'simulator' && target === STOP_ON_SIGNAL) &&
        !(part === 'test-kit' && target === BUILT_FOLDER),
    ),
  ).toEqual([])
  expect(
    wrongImports(
      ({ path }) => folderOf(path) !== part && folderOf(path) !== DEMO && path !== COMMAND,
      (target) => folderOf(target) === part,
    ),
  ).toEqual([])
})

test.each(FEATURES)('the feature %s is imported only by the composition', (feature) => {
  const composition = feature === REDACTION ? 'service/site.ts' : 'service/optional-features.ts'
  expect(
    wrongImports(
      ({ path }) => featureOf(path) !== feature && path !== composition,
      (target) => featureOf(target) === feature,
    ),
  ).toEqual([])
})

/** With the test above, this shows that removing a feature requires removing only its import and its call. */
test('the composition has one import and one call for each feature', () => {
  const { text, imports } = files.find(({ path }) => path === 'service/optional-features.ts')!
  const created = [...text.matchAll(/^import \{ (create\w+Feature) \} from '\.\/features\/([\w-]+)\//gm)]
  expect(created.map(([, , feature]) => feature).sort()).toEqual(
    FEATURES.filter((feature) => feature !== REDACTION),
  )
  for (const [, create, feature] of created) {
    expect(imports.filter(({ target }) => featureOf(target) === feature)).toHaveLength(1)
    // One occurrence is in the import, and one in the call.
    expect(text.split(create!)).toHaveLength(3)
  }
})

test('the contract contains and imports only types', () => {
  const contract = files.filter(({ path }) => folderOf(path) === CONTRACT)
  const imports = contract.flatMap((file) => file.imports)
  expect(contract.length).toBeGreaterThan(1)
  expect(imports.filter((each) => folderOf(each.target) !== CONTRACT || !each.typesOnly)).toEqual([])
  for (const { text } of contract)
    expect(text).not.toMatch(/^(?:export )?(?:async )?(?:const|let|var|function|class|enum)\b/m)
})

test('only the command imports the doctor', () => {
  expect(
    wrongImports(
      ({ path }) => folderOf(path) !== DOCTOR && path !== 'cli.ts',
      (target) => folderOf(target) === DOCTOR,
    ),
  ).toEqual([])
})

test('code for browsers imports no package', () => {
  const packages = files
    // Only types, for users of the framework.
    .filter(
      ({ path }) => folderOf(path) === 'browser' && !/^browser\/framework-types\/\w+\.d\.ts$/.test(path),
    )
    .flatMap(({ path, imports }) =>
      imports.filter(({ isRelative }) => !isRelative).map(({ target }) => [path, target]),
    )
  expect(packages).toEqual([])
})

test('the sources’ imports contain no cycle', () => {
  expect(findCycle()).toBeUndefined()
})

test('only the settings and the programs’ entry files read the environment', () => {
  const readers = files.filter(({ text }) => /\bprocess\.env\b|\benv\b.*from 'node:process'/.test(text))
  expect(readers.map(({ path }) => path).sort()).toEqual([
    'demo/main.ts',
    'service/settings/read-config.ts',
    'simulator/main.ts',
    STOP_ON_SIGNAL,
  ])
})

describe('so that calls to Genesys can be recorded,', () => {
  test('no module binds a request function before a recorder can replace it', () => {
    const bound = files.filter(({ text }) =>
      /import \{[^}]*\b(request|get)\b[^}]*\} from 'node:https?'/.test(text),
    )
    expect(bound.map(({ path }) => path)).toEqual([])
  })
})

/** Searches depth first and visits each file once; returns `undefined` if there is no cycle. */
function findCycle(): string | undefined {
  const importsByPath = new Map(
    files.map(({ path, imports }) => [
      path,
      imports.filter(({ isRelative }) => isRelative).map(({ target }) => target),
    ]),
  )
  const done = new Set<string>()
  const visit = (path: string, way: readonly string[]): string | undefined => {
    if (way.includes(path)) return [...way.slice(way.indexOf(path)), path].join(' -> ')
    if (done.has(path)) return undefined
    for (const target of importsByPath.get(path) ?? []) {
      const cycle = visit(target, [...way, path])
      if (cycle !== undefined) return cycle
    }
    done.add(path)
    return undefined
  }
  for (const path of importsByPath.keys()) {
    const cycle = visit(path, [])
    if (cycle !== undefined) return cycle
  }
  return undefined
}
