// Tests the packed package and the examples in their frameworks and bundlers: they are built unchanged and opened in
// Chromium, where a guest writes and reads the agent's answer.
//   npm run test:frameworks [-- NAME…]     NAME is a key of CHECKS
// Everything except the browser is installed in a temporary folder, in the versions of this folder's package.json.
import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFile, cp, mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import express from 'express'
import { chromium } from 'playwright-core'
import { freePort } from '../../../load/harness/free-port.mjs'

const run = promisify(execFile)
const here = dirname(fileURLToPath(import.meta.url))
const root = join(here, '../../..')
const BUILD_TIMEOUT_MS = 240_000
const SITE = 'https://www.example.com'
/** What a proxy in front of the website adds about the guest. */
const FORWARDED = { 'x-forwarded-for': '192.0.2.4' }

const PAGE = `
  import { createGuestChat } from 'genesys-guest-bff/client'
  import 'genesys-guest-bff/guest-chat'
  const baseUrl = new URLSearchParams(location.search).get('service')
  const element = document.createElement('genesys-guest-chat')
  element.setAttribute('base-url', baseUrl)
  document.body.append(element)
  globalThis.deployment = await createGuestChat({ baseUrl }).deployment()
`
/** How a page without a framework renders the client's messages. */
const LINES = 'chat.messages.map(({ key, sender, text }) => ({ key, line: sender + ": " + text }))'
const SERVER = `
  import { readConfigFromEnvironment, startService } from 'genesys-guest-bff'
  const service = await startService(readConfigFromEnvironment())
  process.once('SIGTERM', () => void service.stop().then(() => process.exit(0)))
`

const nothing = () => undefined
const silentLogger = {
  info: nothing,
  error: nothing,
  clearScreen: nothing,
  hasErrorLogged: () => false,
  hasWarned: false,
}

/** The longest checks come first, so that none of them is left for the end. */
const CHECKS = {
  'nextjs-turbopack': () => checkNextjs('--turbopack'),
  'nextjs-webpack': () => checkNextjs('--webpack'),
  nuxt: checkNuxt,
  sveltekit: checkSvelteKit,
  'react-router': checkReactRouter,
  webpack: () => bundler('webpack', buildWithWebpack),
  rollup: () => bundler('rollup', buildWithRollup),
  esbuild: () => bundler('esbuild', buildWithEsbuild),
  vite: checkVite,
  angular: checkAngular,
  'copied-out': checkCopiedOut,
  'shop-page': checkShopPage,
  wordpress: checkWordPress,
  'static-html': checkStaticHtml,
  'express-mounted': checkExpressMounted,
}
/** The number of checks that run at the same time: a build alone leaves a core idle much of the time. */
const AT_ONCE = 2
const chosen = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(CHECKS)

const temporary = await realpath(await mkdtemp(join(tmpdir(), 'frameworks-')))
process.once('SIGTERM', () => process.exit(1))
let failed = 0
let genesys
let browser
try {
  await install()
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox'],
  })
  const { startSimulator } = await import(
    pathToFileURL(join(temporary, 'node_modules/genesys-guest-bff/dist/simulator.js')).href
  )
  genesys = await startSimulator({ agentDelayMs: 200, port: 0 })
  const waiting = [...chosen]
  await Promise.all(Array.from({ length: AT_ONCE }, work))

  async function work() {
    const name = waiting.shift()
    if (name === undefined) return
    const startedAtMs = Date.now()
    const seconds = () => Math.round((Date.now() - startedAtMs) / 1000)
    await CHECKS[name]().then(
      () => process.stdout.write(`passed: ${name} (${seconds()} s)\n`),
      (error) => {
        failed += 1
        process.stdout.write(
          `FAILED: ${name} (${seconds()} s): ${error.message}\n${error.stdout ?? ''}\n${error.stderr ?? ''}\n`,
        )
      },
    )
    await work()
  }
} finally {
  await browser?.close()
  await genesys?.close()
  await rm(temporary, { recursive: true, force: true })
}
process.stdout.write(`${chosen.length - failed} passed, ${failed} failed\n`)
process.exitCode = failed === 0 ? 0 : 1

async function install() {
  await run('npm', ['pack', '--ignore-scripts', '--pack-destination', temporary], {
    cwd: root,
    maxBuffer: 1e8,
  })
  await copyFile(join(here, 'package.json'), join(temporary, 'package.json'))
  await run('sh', ['-c', 'npm install --no-audit --no-fund ./genesys-guest-bff-*.tgz'], {
    cwd: temporary,
    timeout: 600_000,
    maxBuffer: 1e8,
  })
}

/** Creates a folder with these files, from which the installed packages can be imported. */
async function application(name, files) {
  const folder = join(temporary, name)
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    if (content.startsWith('example:'))
      await copyFile(join(root, 'examples', content.slice(8)), join(folder, path))
    else await writeFile(join(folder, path), content)
  }
  return folder
}

/** Builds a page and a server separately, then runs the server and opens the page from another origin. */
async function bundler(name, build) {
  const folder = await application(name, {
    'page.js': PAGE,
    'server.js': SERVER,
    'out/index.html': '<!doctype html><title>Shop</title><body><script type="module" src="page.js"></script>',
  })
  const server = await build(folder)
  await withSite(join(folder, 'out'), (site) =>
    withServer(
      process.execPath,
      [server],
      folder,
      async (url) => {
        await converse(url)
        await withPage(`${site}/?service=${encodeURIComponent(url)}`, talkToElement)
      },
      { ALLOWED_ORIGINS: `${SITE},${site}` },
    ),
  )
}

async function buildWithEsbuild(folder) {
  const { build } = await load('esbuild')
  const common = { absWorkingDir: folder, bundle: true, format: 'esm', logLevel: 'silent', logOverride: {} }
  const page = await build({ ...common, entryPoints: ['page.js'], outfile: 'out/page.js' })
  const server = await build({
    ...common,
    entryPoints: ['server.js'],
    outfile: 'out/server.mjs',
    platform: 'node',
    // The banner that esbuild's documentation recommends for packages in CommonJS.
    banner: { js: "import { createRequire } from 'module'; const require = createRequire(import.meta.url);" },
  })
  assert.deepEqual([...page.warnings, ...server.warnings], [])
  return join(folder, 'out/server.mjs')
}

async function buildWithRollup(folder) {
  const { rollup } = await load('rollup')
  const resolve = (await load('@rollup/plugin-node-resolve')).default
  const commonjs = (await load('@rollup/plugin-commonjs')).default
  const json = (await load('@rollup/plugin-json')).default
  const warnings = []
  // Circular imports within other packages are not our mistakes.
  const onwarn = (warning) => {
    if (warning.code !== 'CIRCULAR_DEPENDENCY' && warning.code !== 'THIS_IS_UNDEFINED')
      warnings.push(warning.message)
  }
  const page = await rollup({ input: join(folder, 'page.js'), plugins: [resolve({ browser: true })], onwarn })
  await page.write({ dir: join(folder, 'out'), format: 'es' })
  // A server's packages stay external, as Rollup's documentation recommends; only ours is bundled.
  const server = await rollup({
    input: join(folder, 'server.js'),
    external: (id) => !id.startsWith('.') && !id.startsWith('/') && !id.startsWith('genesys-guest-bff'),
    plugins: [resolve({ preferBuiltins: true }), commonjs(), json()],
    onwarn,
  })
  await server.write({ dir: join(folder, 'out'), entryFileNames: 'server.mjs', format: 'es' })
  assert.deepEqual(warnings, [])
  return join(folder, 'out/server.mjs')
}

async function buildWithWebpack(folder) {
  const webpack = (await load('webpack')).default
  const common = { context: folder, mode: 'production', optimization: { minimize: false } }
  const stats = await promisify(webpack)([
    {
      ...common,
      entry: './page.js',
      output: { path: join(folder, 'out'), filename: 'page.js', module: true, chunkFormat: 'module' },
      experiments: { outputModule: true },
      performance: false,
    },
    {
      ...common,
      entry: './server.js',
      target: 'node20',
      output: { path: join(folder, 'out'), filename: 'server.mjs', module: true, chunkFormat: 'module' },
      experiments: { outputModule: true },
      externalsPresets: { node: true },
      // Optional parts of pino, ws and Redis' client that are not installed.
      externals: ({ request }, done) =>
        /^(pino-pretty|bufferutil|utf-8-validate|nock|@node-rs\/xxhash)$/.test(request)
          ? done(null, `node-commonjs ${request}`)
          : done(),
    },
  ])
  const { errors, warnings } = stats.toJson({ all: false, errors: true, warnings: true })
  // Express loads view engines by a name that is known only at run time.
  const ours = warnings.filter(
    ({ message }) => !message.includes('the request of a dependency is an expression'),
  )
  assert.deepEqual(
    [...errors, ...ours].map(({ message }) => message),
    [],
  )
  return join(folder, 'out/server.mjs')
}

async function checkVite() {
  const folder = await application('vite', {
    'index.html': '<!doctype html><title>Shop</title><body><script type="module" src="/page.js"></script>',
    'page.js': PAGE,
  })
  const { build } = await load('vite')
  const warnings = []
  await build({
    root: folder,
    logLevel: 'warn',
    customLogger: {
      ...silentLogger,
      warn: (message) => warnings.push(message),
      warnOnce: (message) => warnings.push(message),
    },
  })
  assert.deepEqual(warnings, [])
  await talkOnSite(join(folder, 'dist'))
}

/** Checks the types of each example's folder, copied to where the packages of its framework are installed. */
async function checkCopiedOut() {
  const { default: ts } = await load('typescript')
  for (const name of ['angular', 'nextjs-route', 'nuxt', 'react-hook', 'react-router', 'sveltekit']) {
    const folder = join(temporary, 'copied', name)
    await cp(join(root, 'examples', name), folder, { recursive: true })
    const { config } = ts.readConfigFile(join(folder, 'tsconfig.json'), ts.sys.readFile)
    const { fileNames, options, errors } = ts.parseJsonConfigFileContent(config, ts.sys, folder)
    const program = ts.createProgram(fileNames, options)
    const mistakes = [...errors, ...ts.getPreEmitDiagnostics(program)]
    assert.equal(ts.formatDiagnostics(mistakes, ts.createCompilerHost(options)), '')
  }
}

/** `examples/angular`, compiled ahead of time by Angular's compiler, in an app that binds the service's address. */
async function checkAngular() {
  const folder = await application('angular', {
    'guest-chat.component.ts': 'example:angular/guest-chat.component.ts',
    'tsconfig.json': 'example:angular/tsconfig.json',
    'tsconfig.app.json': `{ "extends": "./tsconfig.json", "files": ["main.ts"],
      "compilerOptions": { "noEmit": false, "outDir": "js" }, "angularCompilerOptions": { "strictTemplates": true } }`,
    // Angular's own packages are linked when they are loaded, which requires its compiler.
    'main.ts': `import '@angular/compiler'
      import { Component } from '@angular/core'
      import { bootstrapApplication } from '@angular/platform-browser'
      import { GuestChatComponent } from './guest-chat.component'
      @Component({ selector: 'app-root', imports: [GuestChatComponent], template: '<app-guest-chat [serviceUrl]="service" />' })
      class App { readonly service = new URLSearchParams(location.search).get('service') ?? '' }
      void bootstrapApplication(App)`,
    'out/index.html':
      '<!doctype html><title>Shop</title><app-root></app-root><script type="module" src="page.js"></script>',
  })
  const compiler = join(temporary, 'node_modules/@angular/compiler-cli/bundles/src/bin/ngc.js')
  await buildIn(folder, [compiler, '-p', 'tsconfig.app.json'])
  const { build } = await load('esbuild')
  const common = { absWorkingDir: folder, bundle: true, format: 'esm', logLevel: 'silent' }
  await build({ ...common, entryPoints: ['js/main.js'], outfile: 'out/page.js' })
  await talkOnSite(join(folder, 'out'))
}

/** `examples/shop-page` with the service's address inserted. */
async function checkShopPage() {
  const html = await readFile(join(root, 'examples/shop-page/index.html'), 'utf8')
  await talkOnPage('shop-page', html)
}

/** The page that WordPress creates from `examples/wordpress/functions.php`: the script in the head, and the element at the end. */
async function checkWordPress() {
  const php = await readFile(join(root, 'examples/wordpress/functions.php'), 'utf8')
  const service = /const GUEST_CHAT_SERVICE = '(.+)';/.exec(php)[1]
  const script = /wp_enqueue_script_module\( '[\w-]+', GUEST_CHAT_SERVICE \. '(.+?)'/.exec(php)[1]
  const element = /printf\( '(.+)', esc_url/.exec(php)[1].replace('%s', service)
  await talkOnPage(
    'wordpress',
    `<!doctype html><title>Blog</title><script type="module" src="${service}${script}"></script>${element}`,
  )
}

/** Opens a page that names the service as `https://chat.example.com`. */
async function talkOnPage(name, html) {
  const folder = join(temporary, name)
  await mkdir(folder)
  await withSite(folder, (site) =>
    withInstalledService(site, async (url) => {
      await writeFile(join(folder, 'index.html'), html.replaceAll('https://chat.example.com', url))
      await withPage(site, talkToElement)
    }),
  )
}

/** Opens a built page that reads the service's address from its own URL. */
async function talkOnSite(folder) {
  await withSite(folder, (site) =>
    withInstalledService(site, (url) =>
      withPage(`${site}/?service=${encodeURIComponent(url)}`, talkToElement),
    ),
  )
}

/** `examples/static-html` unchanged, from an origin other than the service's. */
async function checkStaticHtml() {
  await withSite(join(root, 'examples/static-html'), (site) =>
    withInstalledService(site, (url) => withPage(`${site}/?service=${encodeURIComponent(url)}`, talkByHand)),
  )
}

/** `examples/express-mounted` unchanged: the page and the service have the same origin. */
async function checkExpressMounted() {
  const folder = await application('express-mounted', { 'server.mjs': 'example:express-mounted/server.mjs' })
  await withServer(process.execPath, ['server.mjs'], folder, (url) => withPage(url, talkToElement))
}

/** Runs the installed package's service for a page on this site. */
function withInstalledService(site, use) {
  const main = join(temporary, 'node_modules/genesys-guest-bff/dist/cli.js')
  return withServer(process.execPath, [main], temporary, use, { ALLOWED_ORIGINS: site })
}

/** The component from the hook's README, unchanged except for the address. */
async function hookComponent() {
  const readme = await readFile(join(root, 'examples/react-hook/README.md'), 'utf8')
  return /```tsx\n([^]*?)```/.exec(readme)[1].replace('https://chat.example.com', '/chat')
}

/** The check `copied-out` covers this example's types. */
async function checkNextjs(by) {
  const name = `next${by}`
  const folder = await application(name, {
    'next.config.mjs': `export default { serverExternalPackages: ['genesys-guest-bff'], turbopack: { root: ${JSON.stringify(temporary)} }, typescript: { ignoreBuildErrors: true }, outputFileTracingRoot: ${JSON.stringify(temporary)} }`,
    'app/layout.tsx': `export default function Layout({ children }: { children: React.ReactNode }) {
      return <html lang="en"><body>{children}</body></html> }`,
    'app/page.tsx': `'use client'
      import { useState } from 'react'
      import { useGuestChat } from './use-guest-chat'
      export default ${await hookComponent()}`,
    'app/use-guest-chat.ts': 'example:react-hook/use-guest-chat.ts',
    'app/chat/[...path]/route.ts': 'example:nextjs-route/route.ts',
  })
  const next = join(temporary, 'node_modules/next/dist/bin/next')
  await buildIn(folder, [next, 'build', by])
  await checkApplication([next, 'start', '--hostname', '127.0.0.1'], folder, { TRUST_PROXY: '1' })
}

async function checkNuxt() {
  const folder = await application('nuxt', {
    'nuxt.config.ts':
      'export default defineNuxtConfig({ compatibilityDate: "2026-01-01", telemetry: false })',
    'package.json': '{"private":true,"type":"module"}',
    'tsconfig.json': '{"extends":"./.nuxt/tsconfig.json"}',
    'app/app.vue': `<script setup>
      import { createGuestChat } from 'genesys-guest-bff/client'
      const text = ref('')
      const lines = ref([])
      let chat
      onMounted(() => {
        chat = createGuestChat({ baseUrl: '/chat', storage: 'session' })
        chat.on('change', () => (lines.value = ${LINES}))
      })
      </script><template><ol><li v-for="{ key, line } in lines" :key="key">{{ line }}</li></ol>
      <input v-model="text" /><button @click="chat.send(text)">Send</button></template>`,
    'server/routes/chat/[...path].ts': 'example:nuxt/chat.ts',
  })
  await buildIn(folder, [join(temporary, 'node_modules/nuxt/bin/nuxt.mjs'), 'build'])
  await checkApplication(['.output/server/index.mjs'], folder, { TRUST_PROXY: '1' })
}

async function checkReactRouter() {
  const folder = await application('react-router', {
    'package.json': '{"private":true,"type":"module"}',
    'vite.config.js':
      "import { reactRouter } from '@react-router/dev/vite'\nexport default { plugins: [reactRouter()] }",
    'app/routes.ts': `import { index, route } from '@react-router/dev/routes'
      export default [index('home.tsx'), route('chat/*', 'routes/chat.ts')]`,
    'app/root.tsx': `import { Links, Meta, Outlet, Scripts } from 'react-router'
      export default function Root() {
        return <html lang="en"><head><Meta /><Links /></head><body><Outlet /><Scripts /></body></html> }`,
    'app/home.tsx': `import { useState } from 'react'
      import { useGuestChat } from './use-guest-chat'
      export default ${await hookComponent()}`,
    'app/use-guest-chat.ts': 'example:react-hook/use-guest-chat.ts',
    'app/routes/chat.ts': 'example:react-router/chat.ts',
  })
  await buildIn(folder, [join(temporary, 'node_modules/@react-router/dev/bin.cjs'), 'build'])
  await checkApplication(
    [join(temporary, 'node_modules/@react-router/serve/bin.cjs'), 'build/server/index.js'],
    folder,
    { TRUST_PROXY: '1' },
  )
}

async function checkSvelteKit() {
  const folder = await application('sveltekit', {
    'package.json': '{"private":true,"type":"module","dependencies":{"genesys-guest-bff":"*"}}',
    'vite.config.js':
      "import { sveltekit } from '@sveltejs/kit/vite'\nexport default { plugins: [sveltekit()] }",
    'svelte.config.js':
      "import adapter from '@sveltejs/adapter-node'\nexport default { kit: { adapter: adapter() } }",
    'src/app.html':
      '<!doctype html><html lang="en"><head>%sveltekit.head%</head><body>%sveltekit.body%</body></html>',
    'src/routes/+page.svelte': `<script>
      import { onMount } from 'svelte'
      import { createGuestChat } from 'genesys-guest-bff/client'
      let text = $state('')
      let lines = $state([])
      let chat
      onMount(() => {
        chat = createGuestChat({ baseUrl: '/chat', storage: 'session' })
        chat.on('change', () => (lines = ${LINES}))
      })
      </script><ol>{#each lines as { key, line } (key)}<li>{line}</li>{/each}</ol>
      <input bind:value={text} /><button onclick={() => chat.send(text)}>Send</button>`,
    'src/routes/chat/[...path]/+server.ts': 'example:sveltekit/+server.ts',
  })
  await buildIn(folder, [join(temporary, 'node_modules/vite/bin/vite.js'), 'build'])
  await checkApplication(['build/index.js'], folder, {
    ADDRESS_HEADER: 'x-forwarded-for',
    XFF_DEPTH: '1',
    ORIGIN: SITE,
  })
}

/** Checks an application with the service at `/chat`: the server renders it, a guest uses it, and each address has its own limits. */
function checkApplication(args, folder, settings) {
  const use = async (url) => {
    assert.match(await (await fetch(url)).text(), /<button[^>]*>Send<\/button>/)
    await converse(`${url}/chat`)
    await withPage(url, talkOnceHydrated, FORWARDED)
    await countByAddress(`${url}/chat`)
  }
  return withServer(process.execPath, args, folder, use, settings)
}

/** Imports a package from the temporary folder. */
function load(name) {
  return import(pathToFileURL(createRequire(join(temporary, 'x.js')).resolve(name)).href)
}

function buildIn(folder, args) {
  const env = {
    ...process.env,
    NEXT_TELEMETRY_DISABLED: '1',
    NUXT_TELEMETRY_DISABLED: '1',
    NODE_ENV: 'production',
  }
  return run(process.execPath, args, { cwd: folder, env, timeout: BUILD_TIMEOUT_MS, maxBuffer: 1e8 })
}

/** Runs a built server with the simulator in place of Genesys, and stops it. */
async function withServer(command, args, cwd, use, settings = {}) {
  const port = await freePort()
  const env = {
    ...process.env,
    PORT: String(port),
    HOST: '127.0.0.1',
    LOG_LEVEL: 'silent',
    ALLOWED_ORIGINS: `${SITE},http://127.0.0.1:${port}`,
    SESSION_KEYS: Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString('base64'),
    RATE_SESSIONS_PER_ADDRESS_PER_MINUTE: '3',
    GENESYS_DEPLOYMENT_ID: genesys.deploymentId,
    GENESYS_ORGANIZATION_ID: genesys.organizationId,
    GENESYS_API_URL: genesys.url,
    GENESYS_LOGIN_URL: genesys.url,
    GENESYS_CDN_URL: genesys.url,
    GENESYS_MESSAGING_URL: genesys.messagingUrl,
    NODE_ENV: 'production',
    MANAGEMENT_PORT: '0',
    ...settings,
  }
  const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk))
  const ended = once(child, 'exit')
  try {
    const url = `http://127.0.0.1:${port}`
    await untilItAnswers(url, child)
    await use(url)
  } catch (error) {
    throw Object.assign(error, { stdout: output })
  } finally {
    child.kill('SIGTERM')
    const kill = setTimeout(() => child.kill('SIGKILL'), 5000)
    await ended
    clearTimeout(kill)
  }
}

async function untilItAnswers(url, child) {
  for (let tries = 0; tries < 150; tries++) {
    if (child.exitCode !== null) throw new Error('the server ended')
    if (
      await fetch(url).then(
        () => true,
        () => false,
      )
    )
      return
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
  throw new Error('the server did not respond within 30 s')
}

function openSession(url, address) {
  const headers = { origin: SITE, 'content-type': 'application/json', 'x-forwarded-for': address }
  return fetch(`${url}/guest-session`, { method: 'POST', headers, body: '{}' })
}

/** Serves a website of static files on its own port. */
async function withSite(folder, use) {
  const server = express().use(express.static(folder)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  try {
    await use(`http://127.0.0.1:${server.address().port}`)
  } finally {
    server.closeAllConnections()
    server.close()
  }
}

/** Opens a page in Chromium, and fails if the page reports an error. */
async function withPage(url, use, extraHTTPHeaders = {}) {
  const context = await browser.newContext({ locale: 'en-GB', extraHTTPHeaders })
  context.setDefaultTimeout(20_000)
  try {
    const page = await context.newPage()
    const mistakes = []
    page.on('pageerror', (error) => mistakes.push(String(error)))
    page.on('console', (line) => {
      const isMistake = line.type() === 'error' && !line.location().url.endsWith('/favicon.ico')
      if (isMistake) mistakes.push(`${line.text()} ${line.location().url}`)
    })
    await page.goto(url)
    await use(page).catch((error) => {
      throw new Error(`${error.message}\n${mistakes.join('\n')}`, { cause: error })
    })
    assert.deepEqual(mistakes, [])
  } finally {
    await context.close()
  }
}

/** Opens the component, writes a message, and waits for the answer. */
async function talkToElement(page) {
  const bubble = (...text) => page.getByRole('log').getByText(...text)
  await page.getByRole('button', { name: 'Open chat' }).click()
  await page.getByRole('textbox', { name: 'Your message' }).fill('Hello')
  await page.getByRole('textbox', { name: 'Your message' }).press('Enter')
  await bubble('Hello', { exact: true }).waitFor()
  await bubble('Hello! I am Ada.').waitFor()
}

/** Uses the examples' field, button and list of `sender: text`. */
async function talkByHand(page) {
  const send = page.getByRole('button', { name: 'Send', disabled: false })
  await send.waitFor()
  await page.getByRole('textbox').fill('Hello')
  await send.click()
  await page.getByRole('listitem').filter({ hasText: 'guest: Hello' }).waitFor()
  await page.getByRole('listitem').filter({ hasText: 'agent: Hello! I am Ada.' }).waitFor()
}

/** A page that a server has rendered accepts input only once its script runs. */
async function talkOnceHydrated(page) {
  await page.waitForLoadState('networkidle')
  await talkByHand(page)
}

/** Opens a session, sends a message, and waits for its event on the stream. */
async function converse(url) {
  const opened = await openSession(url, '192.0.2.1')
  assert.equal(opened.status, 201, await opened.clone().text())
  const { session } = await opened.json()
  const headers = {
    origin: SITE,
    authorization: `Bearer ${session}`,
    'content-type': 'application/json',
    'x-forwarded-for': '192.0.2.1',
  }
  const leaving = new AbortController()
  const events = await fetch(`${url}/events`, { headers, signal: leaving.signal })
  assert.equal(events.status, 200)
  const sent = await fetch(`${url}/messages`, { method: 'POST', headers, body: '{"text":"Hello"}' })
  assert.equal(sent.status, 201, await sent.clone().text())
  let text = ''
  for await (const chunk of events.body.pipeThrough(new TextDecoderStream())) {
    text += chunk
    if (text.includes('"Hello"')) break
  }
  leaving.abort()
}

/** Behind a proxy that appends the guest's address, each address has its own limit, and no client can choose its address. */
async function countByAddress(url) {
  const statuses = async (address) => {
    const seen = []
    for (let i = 0; i < 4; i++) seen.push((await openSession(url, address(i))).status)
    return seen
  }
  assert.deepEqual(await statuses((i) => `203.0.113.${i}, 192.0.2.2`), [201, 201, 201, 429])
  assert.deepEqual(await statuses(() => '192.0.2.3'), [201, 201, 201, 429])
}
