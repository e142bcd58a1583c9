import { afterEach, expect, test } from '@jest/globals'
import { type ChildProcess, spawn } from 'node:child_process'
import { readSimulatorSettings } from '../../src/simulator/environment.ts'
import { call } from './rest-client.ts'

let child: ChildProcess | undefined
afterEach(() => void child?.kill('SIGKILL'))

/** Starts the process; resolves when it has printed its settings or has ended. */
async function run(env: Record<string, string>) {
  const { PATH } = process.env
  const started = spawn(process.execPath, ['--import', 'tsx', 'src/simulator/main.ts'], {
    env: { PATH, SIMULATOR_PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  child = started
  let output = ''
  const exited = new Promise<number | null>((resolve) => started.once('exit', resolve))
  await new Promise<void>((resolve) => {
    void exited.then(() => resolve())
    const read = (chunk: Buffer) => {
      output += chunk.toString('utf8')
      if (output.includes('GENESYS_CLIENT_SECRET')) resolve()
    }
    started.stdout.on('data', read)
    started.stderr.on('data', read)
  })
  return { output: () => output, exited, child: started }
}

test.each(['SIGTERM', 'SIGINT'] as const)(
  'the simulator says that it is a simulator, prints its settings, and exits within a second of %s',
  async (signal) => {
    const simulator = await run({})
    const output = simulator.output()
    expect(output).toContain('This is a simulator and not Genesys Cloud.')
    const setting = (name: string) => new RegExp(`^${name}=(.+)$`, 'm').exec(output)?.[1]
    const path = `/webdeployments/v1/deployments/${setting('GENESYS_DEPLOYMENT_ID')!}/config.json`
    expect(await call(setting('GENESYS_CDN_URL')! + path)).toMatchObject({ status: 200 })
    const signalledAtMs = Date.now()
    simulator.child.kill(signal)
    expect(await simulator.exited).toBe(0)
    expect(Date.now() - signalledAtMs).toBeLessThan(1000)
  },
  20_000,
)

/** A container's first process gets no signal that it does not handle, and is killed after ten seconds. */
test('the simulator handles SIGTERM before it starts to listen', async () => {
  const tell = `process.on('newListener', (name) => name === 'SIGTERM' && console.log('handles SIGTERM'))`
  const simulator = await run({ NODE_OPTIONS: `--import "data:text/javascript,${encodeURIComponent(tell)}"` })
  const output = simulator.output()
  expect(output).toContain('handles SIGTERM')
  expect(output.indexOf('handles SIGTERM')).toBeLessThan(output.indexOf('It listens on'))
}, 20_000)

test('the simulator does not print a configured secret', async () => {
  const simulator = await run({ SIMULATOR_CLIENT_SECRET: 'of-my-own' })
  expect(simulator.output()).not.toContain('of-my-own')
}, 20_000)

test('all invalid simulator settings are reported together, with exit status 78', async () => {
  const simulator = await run({
    SIMULATOR_PORT: 'high',
    SIMULATOR_DISCONNECT: 'loudly',
    SIMULATOR_REST_GUEST_APIS: 'maybe',
    SIMULATOR_SCRIPT: '/nowhere/script.json',
  })
  expect(await simulator.exited).toBe(78)
  for (const name of ['PORT', 'DISCONNECT', 'REST_GUEST_APIS', 'SCRIPT']) {
    expect(simulator.output()).toContain(`- SIMULATOR_${name}: `)
  }
}, 20_000)

test('without settings, the simulator listens on loopback and has no REST guest operations', () => {
  expect(readSimulatorSettings({})).toMatchObject({
    port: 4010,
    host: '127.0.0.1',
    allowedDomains: 'all',
    disconnectMode: 'send',
    restGuestApis: false,
    agentDelayMs: 700,
  })
})

test('the simulator’s settings are read from the environment', () => {
  const settings = readSimulatorSettings({
    SIMULATOR_PORT: '0',
    SIMULATOR_ALLOWED_DOMAINS: 'www.example.com, shop.example.com',
    SIMULATOR_REST_GUEST_APIS: 'on',
    SIMULATOR_LIMITS: 'off',
    SIMULATOR_CLIENT_ID: '',
    SIMULATOR_PUBLIC_URL: 'http://simulator:4010/',
  })
  expect(settings).toMatchObject({
    port: 0,
    allowedDomains: ['www.example.com', 'shop.example.com'],
    restGuestApis: true,
    limits: false,
    publicUrl: 'http://simulator:4010',
  })
  expect(settings.clientId).toMatch(/^0b1f5a3e/)
})

test('a misspelled simulator variable is reported', () => {
  expect(() => readSimulatorSettings({ SIMULATOR_PROT: '1' })).toThrow('SIMULATOR_PROT')
})
