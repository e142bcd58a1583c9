import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import net, { type AddressInfo } from 'node:net'
import { afterEach, expect, test } from '@jest/globals'

/** The demo as users start it: in a separate process that is configured by its environment and ended by a signal. */
const started: ChildProcess[] = []

afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL')
})

interface Demo {
  readonly child: ChildProcess
  readonly page: string
  readonly service: string
  readonly simulator: string
  readonly banner: string
}

function launch(environment: Record<string, string>, from: 'directly' | 'sh' = 'directly') {
  const program = [process.execPath, '--import', 'tsx', 'src/demo/main.ts']
  // Because of the second command, the shell starts the demo as a child process instead of replacing itself with it.
  const [command = '', ...rest] = from === 'sh' ? ['sh', '-c', `${program.join(' ')}; true`] : program
  const child = spawn(command, rest, {
    env: { PATH: process.env['PATH'], ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  started.push(child)
  const said = { out: '', err: '' }
  child.stdout.on('data', (chunk: Buffer) => (said.out += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (said.err += chunk.toString()))
  return { child, said }
}

async function startDemo(from?: 'sh'): Promise<Demo> {
  const npm = from === 'sh' ? { npm_lifecycle_event: 'demo' } : {}
  const settings = { PORT: '0', SIMULATOR_PORT: '0', SIMULATOR_AGENT_DELAY_MS: '0', ...npm }
  const { child, said } = launch(settings, from)
  while (!said.out.includes('Ctrl-C')) {
    if (child.exitCode !== null) throw new Error(`the demo ended: ${said.err}`)
    await once(child.stdout, 'data')
  }
  const address = (label: string) => new RegExp(`${label}\\s+(http://\\S+)`).exec(said.out)?.[1] ?? ''
  return {
    child,
    page: address('Open'),
    service: address('service'),
    simulator: address('simulator'),
    banner: said.out,
  }
}

test('the demo states that the platform is simulated, and serves its page at the printed address', async () => {
  const { page, banner } = await startDemo()
  expect(banner).toContain('SIMULATED')
  const answer = await fetch(page)
  expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8'])
}, 30_000)

test('a simulated agent answers in the demo', async () => {
  const { service } = await startDemo()
  const { stream, headers } = await openLiveEvents(service)
  await fetch(`${service}/messages`, { method: 'POST', headers, body: JSON.stringify({ text: 'Hello' }) })
  expect(await textUntil(stream, '"direction":"outbound"')).toContain('"sender":')
}, 30_000)

test.each(['SIGTERM', 'SIGINT'] as const)(
  '%s ends the demo within five seconds, even while a page has an open stream',
  async (signal) => {
    const { child, service, simulator } = await startDemo()
    const { stream } = await openLiveEvents(service)
    await textUntil(stream, 'retry:')
    const askedAt = performance.now()
    child.kill(signal)
    const [code] = (await once(child, 'exit')) as [number | null]
    expect(code).toBe(0)
    expect(performance.now() - askedAt).toBeLessThan(5000)
    for (const url of [service, simulator]) await expect(fetch(url)).rejects.toThrow('fetch failed')
  },
  30_000,
)

test('the demo ends when the shell that started it ends', async () => {
  const { child, service, simulator } = await startDemo('sh')
  // The output stays open until the last process that can write to it has ended.
  const closed = once(child, 'close')
  child.kill('SIGTERM')
  await closed
  for (const url of [service, simulator]) await expect(fetch(url)).rejects.toThrow('fetch failed')
}, 30_000)

test.each(['PORT', 'SIMULATOR_PORT'])(
  'if the port in %s is already in use, the demo says so in one line and exits',
  async (variable) => {
    const taken = net.createServer().listen(0, '127.0.0.1')
    await once(taken, 'listening')
    const { port } = taken.address() as AddressInfo
    const { child, said } = launch({ PORT: '0', SIMULATOR_PORT: '0', [variable]: String(port) })
    const [code] = (await once(child, 'close')) as [number | null]
    taken.close()
    expect(code).toBe(1)
    expect(said.err).toMatch(new RegExp(`^Port ${port} is in use\\..*\\n$`))
  },
  30_000,
)

async function openLiveEvents(service: string) {
  const origin = new URL(service).origin
  const json = { origin, 'content-type': 'application/json' }
  const opened = await fetch(`${service}/guest-session`, { method: 'POST', headers: json, body: '{}' })
  const { session } = (await opened.json()) as { session: string }
  const headers = { ...json, authorization: `Bearer ${session}` }
  const answer = await fetch(`${service}/events`, { headers })
  return { headers, stream: answer.body! }
}

async function textUntil(stream: ReadableStream<Uint8Array>, part: string): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  for await (const chunk of stream) {
    text += decoder.decode(chunk, { stream: true })
    if (text.includes(part)) return text
  }
  throw new Error(`the stream ended without ${part}: ${text}`)
}
