// Injects faults into the service's environment, for a few seconds each: a full disk for the log, a missing settings
// file, a history that fails while a message is retried, a login host that hangs, and a distant Redis server.
import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs'
import net from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { freePort } from '../harness/free-port.mjs'
import { startServiceProcess } from '../harness/service-process.mjs'
import { median } from '../harness/statistics.mjs'
import { startSimulator } from '../../dist/simulator.js'
import { ORIGIN, simulatorSettings } from '../harness/service-settings.mjs'

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url))
const END_WITHIN_MS = 3000
const WATCH_FOR_MS = 6000
const LOG_FAILS_WITHIN_MS = 5000
const MAX_LINES_OF_A_MISSING_FILE = 3
const REPEAT_EVERY_MS = 300
/** A circuit breaker that opened during the fault blocks reads of the history for five seconds. */
const MAX_REPEATING_MS = 10_000
const MAX_WITHOUT_TOKEN_MS = 1500
const MAX_REFUSED_MS = 15_000
const REDIS_AWAY_MS = 80
/** One round trip, and a margin for the machine. */
const MAX_ADDED_BY_REDIS_MS = 1.5 * REDIS_AWAY_MS

export async function endureFaults({ verdict }) {
  const { say, expect, expectFigure } = verdict
  await withService({ check: fullDisk, start: startOnFullDisk })
  await withService({ check: missingFile, settings: keysFileSettings })
  await withService({ check: failingHistory })
  await withService({ check: hangingLogin, settings: withOAuth })
  await farRedis()

  async function withService({ check, settings = () => ({}), start = startServiceProcess }) {
    const folder = mkdtempSync(join(tmpdir(), 'guest-bff-faults-'))
    const genesys = await startSimulator({ agent: 'silent' })
    const service = await start({
      settings: { ...simulatorSettings({ genesys }), ...settings(genesys, folder) },
    })
    try {
      await check({ service, genesys, folder })
    } finally {
      await service.end('SIGKILL')
      await genesys.close()
      rmSync(folder, { recursive: true })
    }
  }

  async function fullDisk({ service }) {
    const guest = await openGuest(service)
    const statuses = []
    for (let count = 0; count < 3; count++) statuses.push((await guest.send({ text: 'hello' })).status)
    expect(
      statuses.every((status) => status === 201),
      `with standard output on a full disk, messages are accepted: ${statuses}`,
    )
    const status = await statusOnceTheLogFails(service)
    expect(status === 'degraded', `readiness reports the status degraded: ${status}`)
    expect(/ENOSPC/.test(service.said()), `standard error names the cause: ${JSON.stringify(service.said())}`)
    const startedAt = performance.now()
    const exitCode = await service.end('SIGTERM')
    const tookMs = performance.now() - startedAt
    expect(exitCode === 0, `the service exits on SIGTERM: ${exitCode}`)
    expectFigure(tookMs < END_WITHIN_MS, `it exits in ${tookMs.toFixed(0)} ms, at most ${END_WITHIN_MS}`)
  }

  /** The log is written a moment after the request, so readiness may still report `ready` at first. */
  async function statusOnceTheLogFails({ managementPort, said }) {
    const until = performance.now() + LOG_FAILS_WITHIN_MS
    for (;;) {
      const { status } = await (await fetch(`http://127.0.0.1:${managementPort}/readyz`)).json()
      if ((status !== 'ready' && said() !== '') || performance.now() > until) return status
      await pause(50)
    }
  }

  async function missingFile({ service, folder }) {
    rmSync(join(folder, 'keys'))
    await pause(WATCH_FOR_MS)
    const lines = service.readLog().match(/the settings stay as they were/g) ?? []
    expect(
      lines.length > 0 && lines.length <= MAX_LINES_OF_A_MISSING_FILE,
      `a settings file that is missing for ${WATCH_FOR_MS / 1000} s is reported ${lines.length} times, at most ${MAX_LINES_OF_A_MISSING_FILE}`,
    )
  }

  async function failingHistory({ service, genesys }) {
    const guest = await openGuest(service)
    // The message never reaches the agent, and the service cannot detect that.
    genesys.injectFault({ received: 'onMessage' }, { swallow: true })
    const fault = genesys.injectFault('GET /api/v2/webmessaging/messages*', { status: 503, times: 1000 })
    const key = randomUUID()
    let retry = 0
    const attempt = () =>
      guest.send({ text: 'hello' }, { 'idempotency-key': key, 'idempotency-retry': String(retry++) })
    for (let count = 0; count < 12; count++) {
      const { status } = await attempt()
      if (status === 201) throw new Error('the fault has no effect')
    }
    fault.cancel()
    const healedAt = performance.now()
    let status
    do {
      await pause(REPEAT_EVERY_MS)
      status = (await attempt()).status
    } while (status !== 201 && performance.now() - healedAt < 2 * MAX_REPEATING_MS)
    const tookMs = performance.now() - healedAt
    expect(status === 201, `after ${retry} attempts, the message is sent: ${status}`)
    expectFigure(
      tookMs < MAX_REPEATING_MS,
      `it is sent ${tookMs.toFixed(0)} ms after the platform has recovered, at most ${MAX_REPEATING_MS}`,
    )
    const count = genesys.transcript().filter(({ text }) => text === 'hello').length
    expect(count === 1, `the message arrived once: ${count}`)
  }

  async function hangingLogin({ service, genesys }) {
    const readiness = async () =>
      (await (await fetch(`http://127.0.0.1:${service.managementPort}/readyz`)).json()).status
    const startedAt = performance.now()
    while ((await readiness()) !== 'ready' && performance.now() - startedAt < 2 * MAX_REFUSED_MS)
      await pause(250)
    const refusedMs = performance.now() - startedAt
    expectFigure(
      refusedMs < MAX_REFUSED_MS,
      `credentials that were refused once are used after ${refusedMs.toFixed(0)} ms, at most ${MAX_REFUSED_MS}`,
    )
    // From now on, the current access token is refused, and no other token is issued.
    const guest = await openGuest(service)
    await guest.send({ text: 'hello' })
    genesys.injectFault('POST /oauth/token', { swallow: true, times: 1000 })
    genesys.injectFault('GET /api/v2/conversations/*', { status: 401, times: 1000 })
    const timesMs = []
    for (let count = 0; count < 3; count++) {
      const askedAt = performance.now()
      const { status } = await guest.ask('PUT', '/guest-attributes', {
        attributes: { 'custom.a': `${count}` },
      })
      if (status >= 400) throw new Error(`attributes got ${status}`)
      timesMs.push(performance.now() - askedAt)
    }
    expectFigure(
      timesMs[1] < MAX_WITHOUT_TOKEN_MS && timesMs[2] < MAX_WITHOUT_TOKEN_MS,
      `while no access token is issued, attributes take ${timesMs.map((ms) => ms.toFixed(0)).join(', ')} ms, from the second on at most ${MAX_WITHOUT_TOKEN_MS}`,
    )
  }

  async function farRedis() {
    const redis = await startRedis()
    if (redis === undefined) {
      say('redis-server is not installed: the check with a distant Redis is skipped')
      return
    }
    const far = await startDelay(redis.port, REDIS_AWAY_MS)
    try {
      const medians = []
      for (const settings of [{}, { REDIS_URL: `redis://127.0.0.1:${far.port}` }])
        await withService({
          settings: () => settings,
          async check({ service }) {
            const guest = await openGuest(service)
            const timesMs = []
            // The first message also reads the session's state from Redis.
            for (let count = 0; count < 9; count++) {
              const askedAt = performance.now()
              const { status } = await guest.send({ text: 'hello' }, { 'idempotency-key': randomUUID() })
              if (status !== 201) throw new Error(`a message got ${status}`)
              timesMs.push(performance.now() - askedAt)
              await pause(250)
            }
            medians.push(median(timesMs))
          },
        })
      const addedMs = medians[1] - medians[0]
      expectFigure(
        addedMs < MAX_ADDED_BY_REDIS_MS,
        `a Redis that is ${REDIS_AWAY_MS} ms away adds ${addedMs.toFixed(0)} ms to a message, at most ${MAX_ADDED_BY_REDIS_MS}`,
      )
    } finally {
      far.close()
      redis.end()
    }
  }
}

async function openGuest({ port }) {
  const ask = async (method, path, body, headers = {}) => {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
      method,
      headers: { origin: ORIGIN, 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    })
    return { status: answer.status, body: await answer.json() }
  }
  const { status, body } = await ask('POST', '/guest-session', {})
  if (status !== 201) throw new Error(`a new session got ${status}`)
  const authorization = { authorization: `Bearer ${body.session}` }
  const askAsGuest = (method, path, json, headers) =>
    ask(method, path, json, { ...authorization, ...headers })
  return { ask: askAsGuest, send: (message, headers) => askAsGuest('POST', '/messages', message, headers) }
}

function keysFileSettings(_genesys, folder) {
  const file = join(folder, 'keys')
  writeFileSync(file, Buffer.alloc(32, 'endurance').toString('base64'))
  return { SESSION_KEYS: undefined, SESSION_KEYS_FILE: file }
}

function withOAuth(genesys) {
  // This affects only the first token request, which the readiness check makes at startup.
  genesys.injectFault('POST /oauth/token', { status: 401 })
  return {
    GENESYS_CLIENT_ID: genesys.clientId,
    GENESYS_CLIENT_SECRET: genesys.clientSecret,
    ATTRIBUTES_OPEN: 'custom.*',
  }
}

async function startOnFullDisk({ settings }) {
  const port = await freePort()
  const managementPort = await freePort()
  const full = openSync('/dev/full', 'w')
  const env = {
    PATH: process.env.PATH,
    NODE_ENV: 'production',
    HOST: '127.0.0.1',
    DRAIN_DELAY_MS: '0',
    ...settings,
    PORT: String(port),
    MANAGEMENT_PORT: String(managementPort),
  }
  const child = spawn(process.execPath, [MAIN], { env, stdio: ['ignore', full, 'pipe'] })
  closeSync(full)
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text) => (said += text))
  const ended = once(child, 'exit')
  for (let tries = 0; !(await isThere(managementPort)); tries++) {
    if (tries === 200) throw new Error(`the service did not start: ${said}`)
    await pause(50)
  }
  return {
    port,
    managementPort,
    said: () => said,
    async end(signal) {
      child.kill(signal)
      const force = setTimeout(() => child.kill('SIGKILL'), 4 * END_WITHIN_MS)
      const [code] = await ended
      clearTimeout(force)
      return code
    },
  }
}

function isThere(port) {
  return fetch(`http://127.0.0.1:${port}/healthz`).then(
    ({ ok }) => ok,
    () => false,
  )
}

async function startRedis() {
  const port = await freePort()
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no']
  const child = spawn('redis-server', args, { stdio: 'ignore' })
  const isMissing = await Promise.race([
    once(child, 'spawn').then(() => false),
    once(child, 'error').then(() => true),
  ])
  if (isMissing) return undefined
  return { port, end: () => child.kill('SIGKILL') }
}

/** Starts a proxy in front of a port. It adds this round-trip time, half of it in each direction. */
async function startDelay(target, roundTripMs) {
  const sockets = new Set()
  const server = net.createServer((client) => {
    const upstream = net.connect(target, '127.0.0.1')
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ]) {
      sockets.add(from)
      from.on('data', (bytes) => setTimeout(() => to.write(bytes), roundTripMs / 2))
      from.on('error', () => undefined)
      from.on('close', () => to.destroy())
    }
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return {
    port: server.address().port,
    close() {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}
