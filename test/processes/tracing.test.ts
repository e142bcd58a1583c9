import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { startSimulator } from '../../src/simulator/simulator.ts'
import { openPage } from '../start-service.ts'
import { startProcess } from './start-process.ts'

const SDK = new URL('./spans-to-file.mjs', import.meta.url).href
const TRACE_ID = '0af7651916cd43dd8448eb211c80319c'

test('the built service creates spans for an SDK that is loaded with --import', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'guest-bff-spans-'))
  const genesys = await startSimulator({ agent: 'silent' })
  const file = join(folder, 'spans')
  const service = await startProcess(genesys, { NODE_OPTIONS: `--import=${SDK}`, SPANS_FILE: file })
  try {
    const page = await openPage(service.url)
    await page.say('hello', { traceparent: `00-${TRACE_ID}-b7ad6b7169203331-01` })
  } finally {
    await service.end('SIGTERM')
    await genesys.close()
  }
  const spans = (await readFile(file, 'utf8'))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { name: string; traceId: string })
  await rm(folder, { recursive: true })
  const names = spans.filter(({ traceId }) => traceId === TRACE_ID).map(({ name }) => name)
  expect(names).toEqual(['send onMessage', 'POST /messages'])
}, 20_000)
