// Part C: guests who are listening. Each guest has one event stream and one socket to the upstream.
import { spawnSync } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { residentKiB, startHelper } from '../../harness/processes.mjs'
import { ORIGIN } from '../../harness/service-settings.mjs'
import { startService } from '../start-service.mjs'
import { spread } from '../../harness/statistics.mjs'
import { startRelay } from './web-messaging.mjs'

const MESSAGES_PER_SECOND = 2000
const MESSAGES = 10_000
/** Long enough for V8 to collect the garbage from opening the sessions. */
const SETTLE_MS = 6000
/** How long handshakes are counted at the upstream after the restart with 1,000 connections per minute. */
const LIMITED_MS = 30_000

/**
 * The service accepts as many connections as a third of its open-file limit. Some of them are used to open the guests'
 * sessions.
 */
const SPARE_CONNECTIONS = 100
const GUESTS = 9900

export async function measureLive({ main, rounds, say, counts = [1000, mostGuests()], tlsCount = 5000 }) {
  const results = {}
  const measure = async (name, options) => {
    say(`C: ${name} guests`)
    const { tokens, ...ours } = await measureService({ main, rounds, ...options })
    say(`C: ${name} guests of the bare relay`)
    const relay = await measureRelay({ tokens, rounds, tls: options.tls })
    results[name] = { ...ours, relay, memoryRatio: ours.kibPerGuest / relay.kibPerGuest }
  }
  for (const guests of counts) await measure(guests, { guests, restart: guests === counts.at(-1) })
  const tls = makeCertificate()
  if (tls && tlsCount > 0) await measure(`${tlsCount} over TLS`, { guests: tlsCount, tls })
  return results
}

function mostGuests() {
  const { userLimits } = process.report.getReport()
  const connections = Math.floor(Number(userLimits.open_files.soft) / 3) - SPARE_CONNECTIONS
  return Math.min(GUESTS, connections || GUESTS)
}

/** @param tokens from the service, so that requests to the relay have the same length; the relay accepts any token */
async function measureRelay({ tokens, rounds, tls }) {
  const upstream = await startHelper('upstream.mjs')
  const load = await startHelper('load.mjs')
  const server = await startRelay(await upstream.ask('listen', { tls }), tls)
  try {
    return await measureStreams({ server, upstream, load, rounds, openTokens: async () => tokens })
  } finally {
    await Promise.all([load, server, upstream].map((process) => process.stop()))
  }
}

async function measureStreams({ server: { port, pid }, upstream, load, rounds, openTokens }) {
  await pause(500)
  const startKiB = residentKiB(pid)
  const tokens = await openTokens()
  const opened = await load.ask('openPages', { port, tokens, origin: ORIGIN })
  await pause(SETTLE_MS)
  const kibPerGuest = (residentKiB(pid) - startKiB) / tokens.length
  return { ...opened, kibPerGuest, ...(await measureMessages(upstream, load, rounds)) }
}

async function measureService({ main, guests, rounds, tls, restart = false }) {
  const upstream = await startHelper('upstream.mjs')
  const load = await startHelper('load.mjs')
  const ports = await upstream.ask('listen', { tls })
  const options = { main, guestApi: 'web-messaging', ports, tls }
  let service = await startService(options)
  try {
    let tokens
    const openTokens = async () =>
      (tokens = await load.ask('openGuests', { port: service.port, count: guests, origin: ORIGIN }))
    const streams = await measureStreams({ server: service, upstream, load, rounds, openTokens })
    const result = { tokens, ...streams }
    if (!restart) return result

    const restarted = async (moreEnv) => {
      await service.kill()
      service = await startService({ ...options, moreEnv, port: service.port })
    }
    const unlimited = await comeBack(load, 'connected', guests, () => restarted({}))
    const limitedFrom = performance.now()
    await upstream.ask('counts')
    const limited = await comeBack(load, 'open', guests, () =>
      restarted({ GENESYS_CONNECTIONS_PER_MINUTE: '1000' }),
    )
    await pause(Math.max(0, LIMITED_MS - (performance.now() - limitedFrom)))
    const { handshakes } = await upstream.ask('counts')
    return {
      ...result,
      back: unlimited.back,
      backAfterMs: unlimited.afterMs,
      limited: { ...limited, handshakes, withinMs: LIMITED_MS },
    }
  } finally {
    await load.stop()
    await Promise.all([service.kill(), upstream.stop()])
  }
}

/** Restarts the service. @returns how many pages are `open` or `connected` again, and after what time */
async function comeBack(load, state, guests, restart) {
  const startedAt = performance.now()
  await restart()
  for (;;) {
    const { [state]: back } = await load.ask('pages')
    const afterMs = performance.now() - startedAt
    if (back >= guests || afterMs > 60_000) return { back, afterMs }
    await pause(50)
  }
}

async function measureMessages(upstream, load, rounds) {
  const measure = async (count) => {
    await load.ask('beginMessages', { count })
    await upstream.ask('push', { perSecond: MESSAGES_PER_SECOND, count })
    return load.ask('endMessages', { count, withinMs: 5000 })
  }
  await measure(MESSAGES / 5)
  const runs = []
  for (let round = 1; round <= rounds; round++) runs.push(await measure(MESSAGES))
  return {
    lost: runs.reduce((sum, { arrived }) => sum + MESSAGES - arrived, 0),
    twice: runs.reduce((sum, { twice }) => sum + twice, 0),
    p50Ms: spread(runs.map(({ p50Ms }) => p50Ms)),
    p99Ms: spread(runs.map(({ p99Ms }) => p99Ms)),
  }
}

/** A certificate for localhost that is valid for a day; undefined if openssl is not installed. */
function makeCertificate() {
  const folder = mkdtempSync(join(tmpdir(), 'bench-tls-'))
  const key = join(folder, 'key.pem')
  const cert = join(folder, 'cert.pem')
  const { status } = spawnSync('openssl', [
    ...'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 1 -subj /CN=localhost'.split(
      ' ',
    ),
    ...['-addext', 'subjectAltName=DNS:localhost', '-keyout', key, '-out', cert],
  ])
  return status === 0 ? { key, cert } : undefined
}
