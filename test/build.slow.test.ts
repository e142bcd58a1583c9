import { execFile } from 'node:child_process'
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { VERSION } from '../src/version.ts'

/** A consumer's application in which the built package is installed. */
let application: string

beforeEach(() => {
  application = mkdtempSync(join(tmpdir(), 'consumer-'))
  const installed = join(application, 'node_modules/genesys-guest-bff')
  mkdirSync(installed, { recursive: true })
  cpSync('package.json', join(installed, 'package.json'))
  cpSync('dist/browser', join(installed, 'dist/browser'), { recursive: true })
})

afterEach(() => rmSync(application, { recursive: true }))

/** The output of tsc for a program in the application; empty if there are no errors. */
async function compile(program: string, options: object): Promise<string> {
  writeFileSync(join(application, 'page.ts'), program)
  writeFileSync(join(application, 'package.json'), '{"type":"module"}')
  const compilerOptions = { target: 'es2022', strict: true, noEmit: true, types: [], ...options }
  writeFileSync(join(application, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['page.ts'] }))
  const tsc = [resolve('node_modules/typescript/bin/tsc'), '-p', application]
  const { stdout } = await promisify(execFile)(process.execPath, tsc).catch(
    (err: unknown) => err as { stdout: string },
  )
  return stdout
}

test.each(['NodeNext', 'Bundler'])(
  'the client’s types are found with %s module resolution, and need no other package',
  async (moduleResolution) => {
    const options = {
      moduleResolution,
      module: moduleResolution === 'Bundler' ? 'ESNext' : 'NodeNext',
      lib: ['ES2022', 'DOM'],
    }
    const program = (type: string) => `
      import { createGuestChat, type ChatMessage } from 'genesys-guest-bff/client'
      import 'genesys-guest-bff/guest-chat'
      const chat = createGuestChat({ storage: 'session' })
      chat.on('message', (message: ChatMessage) => { const text: ${type} = message.text; void text })
    `
    expect(await compile(program('string | undefined'), options)).toBe('')
    expect(await compile(program('number'), options)).toContain("'string | undefined' is not assignable")
  },
  60_000,
)

test('the client’s published types contain no internals', () => {
  for (const module of ['client', 'guest-chat']) {
    const types = readFileSync(`dist/browser/${module}.d.ts`, 'utf8')
    expect(types).toMatch(/^export declare (function|class) /m)
    expect(types).not.toMatch(/^import |from '|import\(/m)
    expect(types).not.toContain('createTokenStore')
  }
})

test.each(['client.js', 'demo/demo.js'])('%s is a single ES module that loads no other module', (file) => {
  const module = readFileSync(`dist/browser/${file}`, 'utf8')
  expect(module).not.toMatch(/\bimport\s*[({'"]|\bfrom\s*['"]\.|\brequire\(/)
})

test('the chat’s lazily loaded chunks exist, and load no other modules', () => {
  const chat = readFileSync('dist/browser/guest-chat.js', 'utf8')
  const later = [...chat.matchAll(/\bimport\("\.\/([^"]+)"\)/g)].map(([, file]) => file!)
  const chunks = readdirSync('dist/browser').filter((file) => /^guest-chat-.+\.js$/.test(file))
  expect(later.toSorted()).toEqual(chunks.toSorted())
  expect(chat.match(/\bimport\b(?!\.meta)/g)).toHaveLength(later.length)
  for (const file of later)
    expect(readFileSync(`dist/browser/${file}`, 'utf8')).not.toMatch(/\bimport\b|\bfrom\s*['"]\./)
})

test('no source file locates another file by import.meta.url, because the bundle would lack that file', () => {
  const sources = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.ts'),
  )
  const followed = sources.filter((file) =>
    /new URL\([^)]*import\.meta\.url/.test(readFileSync(join('src', file), 'utf8').replace(/`[^`]*`/g, '')),
  )
  expect(followed).toEqual([])
  expect(sources.length).toBeGreaterThan(100)
})

test('the service’s version is the version in package.json', () => {
  expect(VERSION).toBe((JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }).version)
})

test('an application that imports the service and the simulator gets their types', async () => {
  const installed = join(application, 'node_modules/genesys-guest-bff')
  const declarations = [
    '-p',
    'tsconfig.build.json',
    '--emitDeclarationOnly',
    '--outDir',
    join(installed, 'dist'),
  ]
  await promisify(execFile)(process.execPath, ['node_modules/typescript/bin/tsc', ...declarations])
  // npm would install the package's dependencies; here, the project's own node_modules takes their place.
  symlinkSync(resolve('node_modules'), join(installed, 'node_modules'))
  symlinkSync(resolve('node_modules/@types'), join(application, 'node_modules/@types'))
  const program = `
    import { createGuestBff, readConfig } from 'genesys-guest-bff'
    import { startSimulator } from 'genesys-guest-bff/simulator'
    const simulator = await startSimulator({ port: 0 })
    const url: string = simulator.url
    createGuestBff(readConfig({ GENESYS_API_URL: url })).app.listen('not a port', 5, 5, 5, 5)
  `
  const options = {
    module: 'NodeNext',
    moduleResolution: 'NodeNext',
    lib: ['ES2023'],
    types: ['node'],
    skipLibCheck: true,
  }
  const said = await compile(program, options)
  expect(said).toContain('TS2554')
  expect(said.match(/error TS/g)).toHaveLength(1)
}, 60_000)
