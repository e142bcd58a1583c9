import { spawn } from 'node:child_process'
import { afterEach, expect, test } from '@jest/globals'
import type { Line } from '../../src/doctor/diagnose.ts'
import { startConnectProxy } from '../connect-proxy.ts'
import { CERTIFICATES, goodSettings, startGoodGenesys, startTls, type Started } from './set-ups.ts'

interface DoctorResult {
  readonly status: number | null
  readonly lines: ReadonlyMap<string, Line>
}

const started: Started = []
afterEach(async () => {
  for (const stop of started.splice(0).reverse()) await stop()
})

/** Runs the doctor in a separate process that trusts the test's certificate authority and uses a proxy. */
async function run(region: string): Promise<DoctorResult> {
  // Uploads would go to the simulator's own address, which is not https.
  const genesys = await startGoodGenesys({ attachments: false })
  started.push(() => genesys.close())
  const elsewhere = await startGoodGenesys()
  started.push(() => elsewhere.close())
  const good = await startTls(genesys.url, started)
  const other = await startTls(elsewhere.url, started)
  const hosts = (domain: string, port: number) =>
    ['api', 'login', 'api-cdn', 'webmessaging'].map((name) => [`${name}.${domain}`, port] as const)
  const proxy = await startConnectProxy(
    Object.fromEntries([...hosts('mypurecloud.de', good), ...hosts('mypurecloud.ie', other)]),
  )
  started.push(() => proxy.stop())
  const given = Object.entries(goodSettings(genesys)).filter(([name]) => !/^GENESYS_.*_URL$/.test(name))
  const { PATH = '' } = process.env
  const child = spawn(process.execPath, ['--import', 'tsx', 'src/doctor/main.ts', '--json'], {
    env: {
      PATH,
      ...Object.fromEntries(given),
      GENESYS_REGION: region,
      HTTPS_PROXY: proxy.url,
      NODE_EXTRA_CA_CERTS: `${CERTIFICATES}authority.pem`,
      // This proxy knows no host name for the simulator's object store.
      NO_PROXY: '127.0.0.1',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  const read = (chunk: Buffer) => void (output += chunk.toString())
  child.stdout.on('data', read)
  child.stderr.on('data', read)
  const status = await new Promise<number | null>((resolve) => child.once('close', resolve))
  const { checks } = JSON.parse(output) as { checks: Line[] }
  return { status, lines: new Map(checks.map((line) => [line.check, line])) }
}

test('the doctor names the region in which the deployment is known', async () => {
  const { status, lines } = await run('eu-west-1')
  expect(lines.get('tls')).toMatchObject({
    status: 'ok',
    found: expect.stringContaining('Test authority of doctor'),
  })
  expect(lines.get('region')).toEqual({
    check: 'region',
    status: 'failed',
    found: 'the deployment is not known in eu-west-1, but it is known in eu-central-1',
    fix: 'Set GENESYS_REGION=eu-central-1.',
  })
  expect([...lines.values()].find((line) => line.status === 'failed')?.check).toBe('region')
  expect(status).toBe(1)
}, 30_000)

test('through a proxy, in the right region and with a private certificate authority, no check fails', async () => {
  const { status, lines } = await run('eu-central-1')
  expect([...lines.values()].filter((line) => line.status === 'failed')).toEqual([])
  expect(lines.get('history')?.status).toBe('ok')
  expect(status).toBe(0)
}, 30_000)
