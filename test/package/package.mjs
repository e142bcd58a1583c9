// The package as npm would publish it: packed, installed in an empty project, imported, used, and its types checked.
//   npm run test:package
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)
const root = join(dirname(fileURLToPath(import.meta.url)), '../..')
const { version, exports, devDependencies } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'))
const folder = await mkdtemp(join(tmpdir(), 'packed-'))
try {
  await checkContent(await pack())
  await install()
  await checkCommand()
  await checkImports()
  await checkConversation()
  await checkTypes()
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
  // npm 11 lists packages, npm 12 names them.
  const packed = JSON.parse(stdout.slice(stdout.search(/^[[{]/m)))
  return Object.values(packed)[0]
}

async function checkContent({ files, size }) {
  const paths = files.map(({ path }) => path)
  for (const path of [
    'dist/main.js',
    'dist/cli.js',
    'dist/doctor.js',
    'dist/index.d.ts',
    'dist/third-party-licenses.txt',
    'LICENSE',
    'CHANGELOG.md',
  ])
    assert(paths.includes(path), `${path} is missing`)
  const strangers = paths.filter((path) => /^(src|test|load|scripts)\/|(^|\/)\.env$|\.test\./.test(path))
  assert.deepEqual(strangers, [])
  assert(size < 5_000_000, `the package has ${size} bytes`)
  report(`${paths.length} files, ${Math.round(size / 1000)} kB packed`)
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

/** The command that npx runs: without settings, doctor names what is missing, and the service does not start. */
async function checkCommand() {
  const command = async (...args) => {
    const options = { cwd: folder, timeout: 60_000, env: { PATH: process.env.PATH, HOME: process.env.HOME } }
    return run('npx', ['--no-install', 'genesys-guest-bff', ...args], options).catch((error) => error)
  }
  assert.equal((await command('--version')).stdout, `${version}\n`)
  const diagnosis = await command('doctor', '--json')
  assert.equal(diagnosis.code, 2)
  assert.equal(JSON.parse(diagnosis.stdout).firstFailure, 'settings')
  assert.equal((await command()).code, 78)
  assert.equal((await command('nonsense')).code, 2)
  report('the command starts the service and the doctor')
}

async function checkImports() {
  for (const entry of Object.keys(exports).filter((name) => !name.endsWith('.json'))) {
    const name = `genesys-guest-bff${entry.slice(1)}`
    const script = `const names = Object.keys(await import('${name}')); if (names.length === 0) process.exit(1)`
    await run(process.execPath, ['--input-type=module', '--eval', script], { cwd: folder, timeout: 30_000 })
    report(`import '${name}'`)
  }
}

/** Mounted service, simulator and client together, from the installed package alone. */
async function checkConversation() {
  const program = `
    import { createServer } from 'node:http'
    import { createGuestBff, readConfig } from 'genesys-guest-bff'
    import { createGuestChat } from 'genesys-guest-bff/client'
    import { fixtureSettings, listFixtures } from 'genesys-guest-bff/fixtures'
    import { startSimulator } from 'genesys-guest-bff/simulator'
    if (listFixtures().length === 0 || !fixtureSettings('web-messaging').GENESYS_REGION) throw new Error('no fixtures')
    const genesys = await startSimulator({ agent: 'silent', port: 0 })
    const bff = createGuestBff(readConfig({
      LOG_LEVEL: 'silent', ALLOWED_ORIGINS: 'https://www.example.com', ALLOW_NO_ORIGIN: 'on', PORT: '0',
      GENESYS_DEPLOYMENT_ID: genesys.deploymentId, GENESYS_ORGANIZATION_ID: genesys.organizationId,
      GENESYS_API_URL: genesys.url, GENESYS_LOGIN_URL: genesys.url, GENESYS_CDN_URL: genesys.url,
      GENESYS_MESSAGING_URL: genesys.messagingUrl,
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
  // Those of a framework need the framework, and are checked with it by .ci/framework-types.
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
