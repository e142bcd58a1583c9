import { readFileSync } from 'node:fs'
import { startHelper } from '../harness/processes.mjs'
import { ORIGIN } from '../harness/service-settings.mjs'
import { messageRequest } from '../harness/message-request.mjs'
import { startService } from './start-service.mjs'
const upstream = await startHelper('upstream.mjs')
const load = await startHelper('load.mjs')
const ports = await upstream.ask('listen', {})
const ticks = (pid) => { const f = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' '); return [Number(f[11]), Number(f[12])] }
const list = (process.argv[2] ?? '64,500,1500').split(',').map(Number)
const prof = process.argv[3]
for (const connections of list) {
  const service = await startService({ main: new URL('../../dist/main.js', import.meta.url).pathname, guestApi: 'external-guests', ports, nodeOptions: prof ? ['--cpu-prof', `--cpu-prof-dir=${prof}-${connections}`] : [] })
  const { port } = service
  const tokens = await load.ask('openGuests', { port, count: 1000, origin: ORIGIN })
  await load.ask('setRequests', tokens.map(messageRequest))
  await load.ask('closedLoop', { port, connections, warmUpMs: 0, measureMs: 5000 })
  await upstream.ask('counts')
  const a = ticks(service.pid)
  const r = await load.ask('closedLoop', { port, connections, warmUpMs: 0, measureMs: 6000 })
  const b = ticks(service.pid)
  const { requests } = await upstream.ask('counts')
  console.log(connections, 'user', ((b[0] - a[0]) * 10000 / requests).toFixed(1), 'sys', ((b[1] - a[1]) * 10000 / requests).toFixed(1), 'rps', (requests / 6).toFixed(0), JSON.stringify(r).slice(0, 200))
  await service.stop()
}
await Promise.all([load.stop(), upstream.stop()]); process.exit()
