// Causes each fault in the table below in a separate service process, lets Prometheus scrape all of them and evaluate
// rules.yml, and checks that each fault fires its own alert and no other. The rules' durations are divided by SCALE.
// Needs Debian's prometheus (.ci/ensure-prometheus) and a build. Takes about a minute; nothing leaves 127.0.0.1.
import { spawn, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { startFaultProxy } from '../../dist/faults.js'
import { startSimulator } from '../../dist/simulator.js'
import { scaleDurations } from './scale-durations.mjs'
import { freePort } from '../../load/harness/free-port.mjs'

const SCALE = 60
const SITE = 'https://www.example.com'
/** Every alert must fire within this time; the slowest alerts have rates over five minutes and `for: 5m`. */
const FIRE_WITHIN_MS = 60_000
/** After that, no other alert may fire for this time, which is as long as the longest `for:` and its rate together. */
const QUIET_MS = 10_000
const ALWAYS = { times: Number.MAX_SAFE_INTEGER }

/**
 * Each fault has its own service, to which a guest sends two messages per second, unless `talks` is false. `settings` are the settings
 * of this service. With `simulator`, it has its own simulator. `make` causes the fault once all services are running.
 */
const FAULTS = {
  'nothing is wrong': { alerts: [] },
  'the process has ended': { alerts: ['GuestBffDown'], make: ({ child }) => void child.kill('SIGKILL') },
  'the deployment is inactive': { alerts: ['GuestBffNotReady'], simulator: { deploymentStatus: 'Inactive' } },
  'the optional secret is wrong': {
    alerts: ['GuestBffSettingsWrong'],
    settings: { GENESYS_CLIENT_ID: 'unknown', GENESYS_CLIENT_SECRET: 'wrong' },
  },
  'Redis is unavailable': {
    alerts: ['GuestBffRedisUnavailable'],
    settings: { REDIS_URL: 'redis://127.0.0.1:1' },
  },
  'the driver throws': {
    alerts: ['GuestBffUnexpectedErrors'],
    script: 'deploy/prometheus/faulty-driver.mjs',
    talks: false,
    make: ({ open }) => every(500, open),
  },
  'new connections to Genesys are refused': {
    alerts: ['GenesysUnreachable'],
    through: true,
    make: async ({ proxy, open }) => {
      await proxy.inject({ kind: 'refuse' })
      every(500, open)
    },
  },
  'Genesys refuses the guest socket': {
    alerts: ['GenesysRefusesGuests'],
    simulator: {},
    make({ genesys, open }) {
      genesys.injectFault('GET /v1', { status: 403, ...ALWAYS })
      every(500, open)
    },
  },
  'Genesys responds late': {
    alerts: ['GenesysSlow'],
    simulator: {},
    talks: false,
    async make({ genesys, open }) {
      const guests = await Promise.all(Array.from({ length: 5 }, () => open()))
      genesys.injectFault({ received: 'onMessage' }, { delayMs: 3500, ...ALWAYS })
      for (const guest of guests) every(500, () => guest.ask('POST', '/messages', { text: 'hello' }))
    },
  },
  'sockets break again and again': {
    alerts: ['GuestSocketsLost'],
    simulator: {},
    talks: false,
    async make({ genesys, open }) {
      for (let i = 0; i < 10; i++) await (await open()).listen()
      every(1000, () => genesys.dropSockets())
    },
  },
  'a foreign website sends requests': {
    alerts: ['GuestBffOriginsRefused'],
    make: ({ open }) => every(250, () => open('https://elsewhere.example')),
  },
  'all guests share one address': {
    alerts: ['GuestsRateLimited'],
    settings: { RATE_ADDRESS_PER_MINUTE: '20' },
  },
  'more requests arrive than may be in flight': {
    alerts: ['GuestBffOverloaded'],
    settings: { MAX_REQUESTS_IN_FLIGHT: '1' },
    make({ talk }) {
      for (let i = 0; i < 5; i++) every(200, talk)
    },
  },
  'many guests connect': {
    alerts: ['GenesysConnectionsNearLimit'],
    // The guests have several addresses, because one address may not use all connections.
    settings: { GENESYS_CONNECTIONS_PER_MINUTE: '100', TRUST_PROXY: '1' },
    make({ open }) {
      let guests = 0
      every(300, () => open(SITE, `203.0.113.${++guests}`))
    },
  },
  'Genesys limits the history': {
    alerts: ['GenesysRateLimited'],
    simulator: {},
    make({ genesys, open }) {
      genesys.injectFault('GET /api/v2/webmessaging/messages*', { status: 429, ...ALWAYS })
      every(1000, async () => (await open()).ask('GET', '/messages'))
    },
  },
  'nearly all streams are taken': {
    alerts: ['GuestBffStreamsNearLimit'],
    settings: { MAX_EVENT_STREAMS: '4', MAX_EVENT_STREAMS_PER_ADDRESS: '4' },
    make: async ({ open }) => {
      for (let i = 0; i < 4; i++) await (await open()).listen()
    },
  },
  'the process is paused again and again': {
    alerts: ['GuestBffEventLoopLate'],
    talks: false,
    make: ({ child }) =>
      every(200, async () => {
        child.kill('SIGSTOP')
        await pause(700)
        child.kill('SIGCONT')
      }),
  },
}

const folder = mkdtempSync(join(tmpdir(), 'guest-bff-alerts-'))
const leaving = new AbortController()
/** Tasks that run until the end, when they are stopped. */
const running = new Set()
const ends = []
let prometheus

try {
  promtool('check', 'rules', 'deploy/prometheus/rules.yml')
  promtool('test', 'rules', 'deploy/prometheus/rules.test.yml')
  const shared = await simulator({})
  const started = []
  // Two at a time: if all services started together, each would be slow.
  const waiting = Object.entries(FAULTS)
  const startNext = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift())
      started.push(await startFault(next, shared))
  }
  await Promise.all([startNext(), startNext()])
  prometheus = await startPrometheus(started)
  for (const { fault, tools } of started) {
    if (fault.talks !== false) every(500, tools.talk)
    await fault.make?.(tools)
  }
  await judge(started)
} finally {
  leaving.abort()
  await Promise.allSettled(running)
  for (const end of ends.reverse()) await end()
  rmSync(folder, { recursive: true, force: true })
}

async function judge(started) {
  const expected = started.flatMap(({ job, fault }) => fault.alerts.map((alert) => `${job}: ${alert}`))
  const until = performance.now() + FIRE_WITHIN_MS
  let missing = expected
  while (missing.length > 0 && performance.now() < until) {
    await pause(500)
    const fired = await everFired()
    missing = expected.filter((each) => !fired.has(each))
  }
  await pause(QUIET_MS)
  const fired = await everFired()
  const wrong = [...fired].filter((each) => !expected.includes(each))
  for (const { name, job, fault } of started)
    process.stdout.write(
      `${fault.alerts.every((alert) => fired.has(`${job}: ${alert}`)) ? 'ok  ' : 'FAIL'} ${name}: ${fault.alerts[0] ?? 'no alert'}\n`,
    )
  if (missing.length > 0) throw new Error(`These did not fire: ${missing.join(', ')}`)
  if (wrong.length > 0)
    throw new Error(`These fired although their fault was not caused: ${wrong.join(', ')}`)
  const alerts = readFileSync('deploy/prometheus/rules.yml', 'utf8').match(/- alert: \w+/g)
  if (new Set(expected.map((each) => each.split(': ')[1])).size !== alerts.length)
    throw new Error('rules.yml has an alert that no fault in the table causes')
  process.stdout.write(
    `${alerts.length} alerts fire for their fault and for no other, in ${Math.round(performance.now() / 1000)} s\n`,
  )
}

async function everFired() {
  const query = encodeURIComponent('count_over_time(ALERTS{alertstate="firing"}[10m])')
  const { data } = await (await fetch(`${prometheus}/api/v1/query?query=${query}`)).json()
  return new Set(data.result.map(({ metric }) => `${metric.job}: ${metric.alertname}`))
}

async function startFault([name, fault], shared) {
  const genesys = fault.simulator ? await simulator(fault.simulator) : shared
  const proxy = fault.through ? await faultProxy(genesys) : undefined
  const { child, url, managementUrl } = await startService(fault, proxy ?? genesys, genesys)
  const open = (origin = SITE, address) => openGuest(url, origin, address)
  let guest
  const talk = async () => {
    guest ??= await open()
    await guest.ask('POST', '/messages', { text: 'hello' })
  }
  // The guest's session is opened before the fault occurs.
  if (fault.talks !== false) await talk()
  const job = `guest-bff-${name.replaceAll(' ', '-')}`
  return {
    name,
    job,
    fault,
    target: new URL(managementUrl).host,
    tools: { child, genesys, proxy, open, talk },
  }
}

async function simulator(options) {
  const genesys = await startSimulator({ agent: 'silent', limits: false, record: false, ...options })
  ends.push(() => genesys.close())
  return genesys
}

async function faultProxy(genesys) {
  const proxy = await startFaultProxy({ target: genesys.url })
  ends.push(() => proxy.stop())
  return proxy
}

async function startService({ settings, script = 'dist/main.js' }, upstream, { deploymentId }) {
  const [port, managementPort] = [await freePort(), await freePort()]
  const env = {
    PATH: process.env.PATH,
    // In production, the service also provides process metrics.
    NODE_ENV: 'production',
    SESSION_KEYS: randomBytes(32).toString('base64'),
    HOST: '127.0.0.1',
    PORT: String(port),
    MANAGEMENT_PORT: String(managementPort),
    LOG_LEVEL: 'silent',
    DRAIN_DELAY_MS: '0',
    DRAIN_MS: '100',
    ALLOWED_ORIGINS: SITE,
    GENESYS_DEPLOYMENT_ID: deploymentId,
    GENESYS_API_URL: upstream.url,
    GENESYS_LOGIN_URL: upstream.url,
    GENESYS_CDN_URL: upstream.url,
    GENESYS_MESSAGING_URL: upstream.messagingUrl,
    ...Object.fromEntries(
      ['GUEST_PER_MINUTE', 'ADDRESS_PER_MINUTE', 'SESSIONS_PER_ADDRESS_PER_MINUTE'].map((it) => [
        `RATE_${it}`,
        '100000',
      ]),
    ),
    ...settings,
  }
  const child = spawn(process.execPath, [script], { env, stdio: 'ignore' })
  ends.push(async () => {
    child.kill('SIGCONT')
    if (child.exitCode !== null || child.signalCode !== null) return
    child.kill('SIGKILL')
    await once(child, 'exit')
  })
  const managementUrl = `http://127.0.0.1:${managementPort}`
  await until(() => fetch(`${managementUrl}/healthz`), `${script} does not respond`)
  return { child, url: `http://127.0.0.1:${port}`, managementUrl }
}

async function openGuest(url, origin, address) {
  const ask = async (method, path, body, session) => {
    const headers = {
      origin,
      ...(address && { 'x-forwarded-for': address }),
      ...(session && { authorization: `Bearer ${session}` }),
      ...(body && { 'content-type': 'application/json' }),
    }
    const answer = await fetch(url + path, {
      method,
      headers,
      body: body && JSON.stringify(body),
      signal: leaving.signal,
    })
    return answer.json().catch(() => undefined)
  }
  const opened = await ask('POST', '/guest-session', {})
  return {
    ask: (method, path, body) => ask(method, path, body, opened?.session),
    /** Keeps a live stream open until the end. */
    async listen() {
      const headers = { origin, authorization: `Bearer ${opened.session}` }
      const { body } = await fetch(`${url}/events`, { headers, signal: leaving.signal })
      running.add(body.pipeTo(new WritableStream()).catch(() => undefined))
    },
  }
}

async function startPrometheus(started) {
  const port = await freePort()
  const rules = join(folder, 'rules.yml')
  writeFileSync(rules, scaleDurations(readFileSync('deploy/prometheus/rules.yml', 'utf8'), SCALE))
  promtool('check', 'rules', rules)
  const jobs = started.map(({ job, target }) => ({ job_name: job, static_configs: [{ targets: [target] }] }))
  const config = {
    global: { scrape_interval: '1s', scrape_timeout: '1s', evaluation_interval: '1s' },
    rule_files: [rules],
    scrape_configs: jobs,
  }
  // JSON is valid YAML.
  const file = join(folder, 'prometheus.yml')
  writeFileSync(file, JSON.stringify(config))
  const options = [
    `--config.file=${file}`,
    `--storage.tsdb.path=${folder}/data`,
    `--web.listen-address=127.0.0.1:${port}`,
  ]
  const child = spawn('prometheus', [...options, '--log.level=error'], { stdio: 'inherit' })
  ends.push(async () => {
    child.kill('SIGTERM')
    if (child.exitCode === null) await once(child, 'exit')
  })
  const url = `http://127.0.0.1:${port}`
  await until(async () => (await fetch(`${url}/-/ready`)).ok || Promise.reject(), 'prometheus does not start')
  return url
}

/** Calls `act` again and again until the end, with this pause. Errors are part of the fault and are ignored. */
function every(pauseMs, act) {
  running.add(
    (async () => {
      while (!leaving.signal.aborted) {
        await Promise.resolve(act()).catch(() => undefined)
        await pause(pauseMs)
      }
    })(),
  )
}

function promtool(...args) {
  const { status, stdout, stderr } = spawnSync('promtool', args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`promtool ${args.join(' ')}: ${stdout}${stderr}`)
}

async function until(isSo, otherwise) {
  for (let tries = 0; tries < 300; tries++) {
    if (
      await isSo().then(
        () => true,
        () => false,
      )
    )
      return
    await pause(50)
  }
  throw new Error(otherwise)
}
