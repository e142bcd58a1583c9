// Builds dist/: the programs, the modules that applications import, and what browsers load.
//   --browser-only    builds only what browsers load, and keeps everything else in dist/
//   --programs-only   skips the modules, which take longest to build: for the image and for local runs
// Running programs serve files from dist/, so each build writes to a temporary folder and then moves the result to
// dist/.

import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { copyFile, cp, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import * as esbuild from 'esbuild'
import { bundleTypes } from './bundle-types.mjs'
import { copyReachableTypes } from './reachable-types.mjs'
import { writeThirdParty } from './third-party.mjs'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const dist = join(root, 'dist')
const run = promisify(execFile)
const require = createRequire(import.meta.url)

const out = await mkdtemp(join(root, '.dist-'))

/**
 * All files are in one folder, so that paths relative to `import.meta.url` are the same in every bundled file.
 * With `splitting`, code that only some requests need, such as the OpenAPI document, is loaded on first use.
 */
const SERVER = {
  absWorkingDir: root,
  outdir: out,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  charset: 'utf8',
  logLevel: 'silent',
}

/** The modules that applications import, and the package's command. */
const MODULES = {
  index: 'src/index.ts',
  cli: 'src/cli.ts',
  simulator: 'src/simulator/simulator.ts',
  fixtures: 'src/test-kit/fixtures/fixtures.ts',
  faults: 'src/test-kit/faults/faults.ts',
}

const BROWSER = {
  absWorkingDir: root,
  outdir: out,
  bundle: true,
  minify: true,
  format: 'esm',
  target: 'es2022',
  legalComments: 'none',
  charset: 'utf8',
  logLevel: 'silent',
}

const isBrowserOnly = process.argv.includes('--browser-only')
const isProgramsOnly = process.argv.includes('--programs-only')
const isWhole = !isBrowserOnly && !isProgramsOnly
// Created first, because the parts run in parallel and use the same folders.
for (const folder of ['browser/demo', 'docs']) await mkdir(join(out, folder), { recursive: true })

const parts = [buildBrowser(), buildTypes(), copyDocsPage()]
if (!isBrowserOnly) parts.push(buildServer())
const failures = (await Promise.allSettled(parts)).filter(({ status }) => status === 'rejected')
for (const { reason } of failures) process.stderr.write(`${reason.stdout || reason.message}\n`)
if (failures.length > 0) process.exitCode = 1
else await moveToDist()
await rm(out, { recursive: true })

async function moveToDist() {
  await mkdir(dist, { recursive: true })
  const built = await readdir(out)
  const earlier = await readdir(dist, { withFileTypes: true })
  for (const name of built) {
    // Renaming replaces an existing file, but not an existing folder.
    if (earlier.some((each) => each.name === name && each.isDirectory()))
      await rename(join(dist, name), join(out, `earlier-${name}`))
    await rename(join(out, name), join(dist, name))
  }
  if (!isWhole) return
  // Removes files from earlier builds, such as chunks, which would otherwise be published.
  for (const { name } of earlier.filter((each) => !built.includes(each.name)))
    await rm(join(dist, name), { recursive: true })
}

/** Builds the ES modules and pages that browsers load. */
async function buildBrowser() {
  await Promise.all([
    esbuild.build({
      ...BROWSER,
      entryPoints: {
        'browser/client': 'src/browser/client/chat-client.ts',
        'browser/demo/demo': 'src/browser/pages/demo/demo.ts',
      },
    }),
    // A classic script, because browsers request modules with an Origin, which may not be in ALLOWED_ORIGINS.
    esbuild.build({
      ...BROWSER,
      format: 'iife',
      entryPoints: { 'docs/docs': 'src/browser/pages/docs/docs.ts' },
    }),
    buildChat(),
    copyPage('src/browser/pages/demo', 'browser/demo'),
  ])
  await versionScripts()
  await compressScripts()
}

/**
 * Copies each script to a file name that contains a hash of its content, for immutable caching, and lists its integrity
 * hash.
 */
async function versionScripts() {
  const assets = {}
  for (const name of ['client', 'guest-chat']) {
    const content = await readFile(join(out, `browser/${name}.js`))
    const path = `${name}.${createHash('sha256').update(content).digest('hex').slice(0, 10)}.js`
    assets[`${name}.js`] = {
      path,
      integrity: `sha384-${createHash('sha384').update(content).digest('base64')}`,
    }
    await writeFile(join(out, 'browser', path), content)
  }
  await writeFile(join(out, 'browser/assets.json'), `${JSON.stringify(assets, null, 2)}\n`)
}

/** Compresses the scripts as much as possible, so that a request only has to select a file. */
async function compressScripts() {
  const folder = join(out, 'browser')
  for (const file of (await readdir(folder)).filter((name) => name.endsWith('.js'))) {
    const content = await readFile(join(folder, file))
    await writeFile(join(folder, `${file}.br`), brotliCompressSync(content))
    await writeFile(join(folder, `${file}.gz`), gzipSync(content, { level: 9 }))
  }
}

/**
 * Parts of the chat that few pages need are loaded with `import()`. Each of these files is self-contained: the code
 * that it shares with the chat is small, and a file with the shared code would mean an additional request for every page.
 * The name of each file contains a hash.
 */
async function buildChat() {
  const element = join(root, 'src/browser/element')
  const texts = (await readdir(join(element, 'texts'))).filter((file) => /^(?!en)[a-z]{2}\.ts$/.test(file))
  const entries = [
    ...texts.map((file) => `texts/${file}`),
    'structured/structured-content.ts',
    'prompt/prompts.ts',
    'upload/upload-tray.ts',
    'end-sheet/end-sheet.ts',
    'challenge/solve-altcha.ts',
    'transcript/transcript-button.ts',
    'availability/availability-view.ts',
    'availability/callback-form.ts',
    'chime.ts',
    'rich-text.ts',
    'wrong-address.ts',
    'knowledge/knowledge-view.ts',
    'pre-chat/pre-chat.ts',
    'survey/survey.ts',
    'journey/journey.ts',
  ]
  const names = new Map(await Promise.all(entries.map((entry) => buildLazyFile(join(element, entry)))))
  await esbuild.build({
    ...BROWSER,
    entryPoints: { 'browser/guest-chat': 'src/browser/element/guest-chat-element.ts' },
    plugins: [
      { name: 'lazy-files', setup: (build) => resolveLazyFiles(build, names) },
      { name: 'small-styles', setup: minifyStyles },
    ],
  })
}

async function buildLazyFile(source) {
  const { outputFiles } = await esbuild.build({
    ...BROWSER,
    entryPoints: [source],
    write: false,
    plugins: [{ name: 'small-styles', setup: minifyStyles }],
  })
  const { contents } = outputFiles[0]
  const hash = createHash('sha256').update(contents).digest('hex').slice(0, 10)
  const name = `guest-chat-${basename(source, '.ts')}-${hash}.js`
  await writeFile(join(out, 'browser', name), contents)
  return [source, name]
}

/** Minifies style sheets, which are template strings in scripts: esbuild does not minify strings. */
function minifyStyles({ onLoad }) {
  onLoad(
    { filter: /element\/(styles\/(base|panel|messages|composer)|\w+\/styles)\.ts$/ },
    async ({ path }) => {
      const [, before, styles, after] = /^([^]*= `)([^`]*)(`[^]*)$/.exec(await readFile(path, 'utf8'))
      const { code } = await esbuild.transform(styles, { loader: 'css', minify: true })
      return { contents: before + code.trim().replaceAll('\\', '\\\\') + after, loader: 'ts' }
    },
  )
}

function resolveLazyFiles({ onResolve }, names) {
  onResolve({ filter: /^\./ }, ({ kind, path, resolveDir }) => {
    if (kind !== 'dynamic-import') return undefined
    const name = names.get(join(resolveDir, path))
    // Without this error, the module would become part of the file that every page loads.
    if (name === undefined) return { errors: [{ text: `${path} is missing from the list of lazy files` }] }
    return { path: `./${name}`, external: true }
  })
}

/** Writes a .d.ts file with the exported types next to each of the two modules. */
async function buildTypes() {
  const emitted = join(out, '.types')
  await tsc('src/browser', '--noEmit', 'false', '--declaration', '--emitDeclarationOnly', '--outDir', emitted)
  for (const [module, entry] of [
    ['client', 'client/chat-client'],
    ['guest-chat', 'element/guest-chat-element'],
  ]) {
    await writeFile(join(out, `browser/${module}.d.ts`), bundleTypes(join(emitted, `browser/${entry}.d.ts`)))
  }
  await rm(emitted, { recursive: true })
  for (const framework of ['react', 'preact', 'vue']) {
    const types = join(root, `src/browser/framework-types/${framework}.d.ts`)
    await cp(types, join(out, `browser/guest-chat-${framework}.d.ts`))
  }
}

/**
 * Copies the page at /docs: only the two files that it needs from Swagger UI's package, compressed, and the license.
 */
async function copyDocsPage() {
  const swagger = dirname(require.resolve('swagger-ui-dist/package.json'))
  await copyPage('src/browser/pages/docs', 'docs')
  for (const file of ['LICENSE', 'NOTICE'])
    await copyFile(join(swagger, file), join(out, `docs/swagger-ui-${file}.txt`))
  for (const file of ['swagger-ui-bundle.js', 'swagger-ui.css']) {
    const text = await readFile(join(swagger, file), 'utf8')
    // The source map is not copied, because it is larger than the rest of this service.
    const content = text.replace(/\n\/[/*]# sourceMappingURL=.*$/m, '')
    await writeFile(join(out, `docs/${file}.gz`), gzipSync(content, { level: 9 }))
  }
}

/**
 * Builds the modules for publication, which import installed packages, and the programs for the image, which contain
 * all packages, so that they load fast and need no installation.
 */
async function buildServer() {
  const published = isProgramsOnly ? [] : [bundleModules(), buildModuleTypes()]
  await Promise.all([...published, bundlePrograms()])
}

async function bundleModules() {
  await esbuild.build({ ...SERVER, entryPoints: MODULES, packages: 'external', chunkNames: 'module-[hash]' })
}

async function buildModuleTypes() {
  const emitted = join(out, '.module-types')
  await tsc('tsconfig.build.json', '--outDir', emitted)
  const imported = Object.entries(MODULES).filter(([name]) => name !== 'cli')
  await copyReachableTypes(
    imported.map(([, source]) => source.replace(/^src\/(.*)\.ts$/, '$1.d.ts')),
    emitted,
    out,
  )
  await rm(emitted, { recursive: true })
}

async function bundlePrograms() {
  const { metafile } = await esbuild.build({
    ...SERVER,
    entryPoints: {
      main: 'src/service/main.ts',
      doctor: 'src/doctor/main.ts',
      demo: 'src/demo/main.ts',
      'run-simulator': 'src/simulator/main.ts',
    },
    chunkNames: 'program-[hash]',
    // Identifiers are not minified, so that stack traces name the functions.
    minifyWhitespace: true,
    minifySyntax: true,
    sourcemap: 'linked',
    sourcesContent: false,
    legalComments: 'none', // the licenses are in third-party-licenses.txt
    metafile: true,
    // CommonJS packages load Node.js built-in modules with `require`.
    banner: {
      js: "import { createRequire as createRequireOfBundle } from 'node:module'; const require = createRequireOfBundle(import.meta.url);",
    },
  })
  await writeThirdParty(root, out, Object.keys(metafile.inputs))
}

function copyPage(from, to) {
  return cp(join(root, from), join(out, to), { recursive: true, filter: (path) => !path.endsWith('.ts') })
}

function tsc(project, ...options) {
  return run(process.execPath, [require.resolve('typescript/bin/tsc'), '-p', join(root, project), ...options])
}
