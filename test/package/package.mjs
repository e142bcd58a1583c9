// Tests the package as npm would publish it: packs it, installs it in an empty project, imports and uses it, and checks its types.
//   npm run test:package
import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify, stripVTControlCharacters } from 'node:util'

const run = promisify(execFile)
const root = join(dirname(fileURLToPath(import.meta.url)), '../..')
const { version, exports, devDependencies } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'))
/** The last version that runs on each version of Node.js that this package supports. */
const VITEST = '4.1.12'
const folder = await mkdtemp(join(tmpdir(), 'packed-'))
try {
  await checkContent(await pack())
  await install()
  await checkCommand()
  await checkImports()
  await checkConversation()
  await checkTypes()
  await checkRecipes()
} finally {
  await rm(folder, { recursive: true })
}

function report(what) {
  process.stdout.write(`passed: ${what}\n`)
}

async function pack() {
  const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', folder], {
    cwd: root,
    maxBuffer: 1e8,
  })
  // npm 11 prints an array of packages, npm 12 an object with their names as keys.
  const packed = JSON.parse(stdout.slice(stdout.search(/^[[{]/m)))
  return Object.values(packed)[0]
}

async function checkContent({ files, unpackedSize }) {
  const paths = files.map(({ path }) => path)
  for (const path of [
    'dist/cli.js',
    'dist/index.js',
    'dist/index.d.ts',
    'dist/docs/swagger-ui-LICENSE.txt',
    'LICENSE',
    'CHANGELOG.md',
  ])
    assert(paths.includes(path), `${path} is missing`)
  const strangers = paths.filter((path) =>
    /^(src|test|load|scripts)\/|(^|\/)\.env$|\.test\.|\.map$/.test(path),
  )
  assert.deepEqual(strangers, [])
  assert(unpackedSize < 3_800_000, `the package has ${unpackedSize} bytes`)
  assert(paths.length < 400, `the package has ${paths.length} files`)
  report(`${paths.length} files, ${Math.round(unpackedSize / 1000)} kB`)
}

async function install() {
  await writeFile(join(folder, 'package.json'), '{"type":"module","private":true}')
  const tools = ['typescript', '@types/node', 'nock'].map((name) => `${name}@${devDependencies[name]}`)
  const packed = `./genesys-guest-bff-${version}.tgz`
  await run('npm', ['install', '--no-audit', '--no-fund', packed, ...tools], {
    cwd: folder,
    timeout: 180_000,
  })
  report('installed in an empty project')
}

/** Checks the command that npx runs: without settings, doctor reports what is missing and the service does not start. */
async function checkCommand() {
  const { PATH, HOME } = process.env
  const options = { cwd: folder, env: { PATH, HOME, PORT: '0', SIMULATOR_PORT: '0' } }
  const command = async (...args) =>
    run('npx', ['--no-install', 'genesys-guest-bff', ...args], { ...options, timeout: 60_000 }).catch(
      (error) => error,
    )
  assert.equal((await command('--version')).stdout, `${version}\n`)
  const diagnosis = await command('doctor', '--json')
  assert.equal(diagnosis.code, 2)
  assert.equal(JSON.parse(diagnosis.stdout).firstFailure, 'settings')
  assert.equal((await command()).code, 78)
  const unknown = await command('nonsense')
  assert.equal(unknown.code, 2)
  assert.match(unknown.stderr, /^There is no command "nonsense"\.$/m)
  const settings = await printed('simulator', /^GENESYS_CLIENT_SECRET=.*$/m, options)
  assert.match(settings, /^GENESYS_API_URL=http:\/\/127\.0\.0\.1:\d+$/m)
  const demo = await printed('demo', /http:\/\/\S+\/demo\//, options, async ([page]) => {
    for (const path of ['', '../guest-chat.js', '../docs/swagger-ui-bundle.js'])
      assert.equal((await fetch(new URL(path, page))).status, 200, path)
  })
  assert.match(demo, /SIMULATED/)
  report('the command starts the service, the doctor, the simulator and the demo')
}

/** Starts one of the command's programs, waits for the line, and stops it. @returns everything that the program has printed */
async function printed(program, line, options, use = () => undefined) {
  const cli = join(folder, 'node_modules/genesys-guest-bff/dist/cli.js')
  const child = spawn(process.execPath, [cli, program], { ...options, stdio: ['ignore', 'pipe', 'pipe'] })
  const ended = once(child, 'exit')
  let output = ''
  try {
    await new Promise((resolve, reject) => {
      for (const stream of [child.stdout, child.stderr])
        stream.on('data', (chunk) => {
          output += chunk
          if (line.test(output)) resolve()
        })
      child.once('exit', () => reject(new Error(`${program} ended: ${output}`)))
      AbortSignal.timeout(60_000).addEventListener('abort', () =>
        reject(new Error(`${program} did not start: ${output}`)),
      )
    })
    await use(line.exec(output))
  } finally {
    child.kill('SIGTERM')
    await ended
  }
  return output
}

async function checkImports() {
  for (const entry of Object.keys(exports).filter((name) => !name.endsWith('.json'))) {
    const name = `genesys-guest-bff${entry.slice(1)}`
    const script = `const names = Object.keys(await import('${name}')); if (names.length === 0) process.exit(1)`
    await run(process.execPath, ['--input-type=module', '--eval', script], { cwd: folder, timeout: 30_000 })
    report(`import '${name}'`)
  }
}

/** Uses the mounted service, the simulator and the client together, from the installed package alone. */
async function checkConversation() {
  const program = `
    import { createServer } from 'node:http'
    import { createGuestBff, readConfig } from 'genesys-guest-bff'
    import { createGuestChat } from 'genesys-guest-bff/client'
    import { fixtureSettings, listFixtures, loadFixture } from 'genesys-guest-bff/fixtures'
    import { startSimulator } from 'genesys-guest-bff/simulator'
    if (listFixtures().length === 0 || !fixtureSettings('web-messaging').GENESYS_REGION) throw new Error('no fixtures')
    if ((await loadFixture('external-guests/happy-path')).length === 0) throw new Error('no recording')
    const genesys = await startSimulator({ agent: 'silent', port: 0 })
    const bff = createGuestBff(readConfig({
      LOG_LEVEL: 'silent', ALLOWED_ORIGINS: 'https://www.example.com', ALLOW_NO_ORIGIN: 'on', PORT: '0',
      ...genesys.settings,
    }))
    const server = createServer(bff.app).listen(0, '127.0.0.1', async () => {
      const baseUrl = 'http://127.0.0.1:' + server.address().port
      const chat = createGuestChat({ baseUrl })
      const sent = await chat.send('Hello')
      const status = (await fetch(baseUrl + '/client.js')).status
      process.stdout.write(JSON.stringify({ text: sent.text, status }))
      process.exit()
    })`
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', program], {
    cwd: folder,
    timeout: 30_000,
  })
  assert.deepEqual(JSON.parse(stdout), { text: 'Hello', status: 200 })
  report('a conversation between client, service and simulator')
}

async function checkTypes() {
  // The types for a framework need the framework, and .ci/framework-types checks them with it.
  const names = Object.keys(exports).filter((name) => !/\.json$|\/(react|preact|vue)$/.test(name))
  const imports = names.map(
    (entry, i) => `import * as m${i} from 'genesys-guest-bff${entry.slice(1)}'\nvoid m${i}`,
  )
  await writeFile(join(folder, 'all.ts'), `${imports.join('\n')}\n`)
  const options = [
    '--noEmit',
    '--strict',
    '--target',
    'es2023',
    '--lib',
    'es2023,dom,dom.iterable,dom.asynciterable',
  ]
  for (const module of ['nodenext', 'esnext']) {
    const resolution = module === 'esnext' ? 'bundler' : 'nodenext'
    const kind = [
      '--module',
      module,
      '--moduleResolution',
      resolution,
      '--skipLibCheck',
      'false',
      '--types',
      'node',
    ]
    await run('npx', ['--no-install', 'tsc', ...options, ...kind, 'all.ts'], { cwd: folder }).catch(
      (error) => {
        throw new Error(`types with ${resolution} resolution:\n${error.stdout}`)
      },
    )
    report(`types of all entries, skipLibCheck off, ${resolution} resolution`)
  }
}

/** Saves and runs the recipes of docs/testing.md, as a reader would. */
async function checkRecipes() {
  const document = await readFile(join(root, 'docs/testing.md'), 'utf8')
  const runners = [
    { title: 'node:test', file: 'chat.test.js', command: [process.execPath, '--test'] },
    { title: 'vitest', file: 'chat.test.js', command: ['npx', '--no-install', 'vitest', 'run'] },
    { title: 'Playwright', file: 'chat.spec.js', command: ['npx', '--no-install', 'playwright', 'test'] },
  ]
  await run(
    'npm',
    [
      'install',
      '--no-audit',
      '--no-fund',
      `vitest@${VITEST}`,
      `@playwright/test@${devDependencies['playwright-core']}`,
    ],
    { cwd: folder, timeout: 180_000 },
  )
  const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium'
  const browser = { launchOptions: { executablePath, args: ['--no-sandbox'] } }
  for (const { title, file, command } of runners) {
    const recipe = new RegExp(`^### ${title}\\n[^]*?\`\`\`js\\n([^]*?)\`\`\``, 'm').exec(document)[1]
    const project = join(folder, title.replace(':', '-'))
    await mkdir(project)
    await writeFile(join(project, 'package.json'), '{"type":"module","private":true}')
    await writeFile(join(project, file), recipe)
    if (title === 'Playwright')
      await writeFile(
        join(project, 'playwright.config.js'),
        `export default { use: ${JSON.stringify(browser)} }`,
      )
    const [program, ...args] = command
    const { stdout } = await run(program, args, { cwd: project, timeout: 120_000 }).catch((error) => {
      throw new Error(`${title}:\n${error.stdout}\n${error.stderr}`)
    })
    assert.match(
      stripVTControlCharacters(stdout),
      /\b1 passed|\bpass 1\b/,
      `${title} ran no test:\n${stdout}`,
    )
    report(`the recipe for ${title}`)
  }
}
