// Kills replicas, and cuts sockets and connections, while guests send messages. Every message that got 201 must arrive
// exactly once.
import { randomUUID } from 'node:crypto'
import http from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import { randomFrom } from '../harness/random.mjs'
import { startServiceProcess } from '../harness/service-process.mjs'
import { startFaultProxy } from '../../dist/faults.js'
import { startSimulator } from '../../dist/simulator.js'
import { ORIGIN, simulatorSettings } from '../harness/service-settings.mjs'

const REPLICAS = 2
const TABS_OF_A_GUEST = 2
const MAX_GUESTS = 400
/** A guest's retries search the history, and the real platform allows only ten reads of it per minute. */
const MESSAGES_OF_A_GUEST = 100
const MAX_PAUSE_MS = 200
const MAX_BETWEEN_FAULTS_MS = 3000
const MAX_UPSTREAM_GONE_MS = 1500
/** The share of messages that the guest gives up after the first failure. */
const GIVEN_UP_AT_ONCE = 0.05
const SAME_WORDS = 0.45
const ANSWER_WITHIN_MS = 20_000
const MAX_REPEAT_PAUSE_MS = 2000
/** Statuses after which a page should retry. 0 means that there was no response. */
const REPEATED = new Set([0, 409, 429, 502, 503, 504])

/** @param messages the total number of messages */
export async function endureOnce({ verdict, messages, seed }) {
  const { say, expect } = verdict
  const random = randomFrom(seed)
  const platformLimits = { limits: false }
  const genesys = await startSimulator({ agent: 'silent', record: false, ...platformLimits })
  const network = await startFaultProxy({ target: genesys.url })
  const settings = simulatorSettings({ genesys, url: network.url, messagingUrl: network.messagingUrl })
  const agent = new http.Agent({ keepAlive: true })
  const replicas = []
  for (let at = 0; at < REPLICAS; at++) replicas.push(await startServiceProcess({ settings }))
  const tally = { kills: 0, cuts: 0, resets: 0, upstreamRestarts: 0, repeats: 0, givenUp: 0 }
  const unexpected = []
  let started = 0
  say(
    "the simulator does not apply the platform's limits: 5 messages per second and 10 reads of the history per minute",
  )
  try {
    const guests = []
    const count = Math.min(MAX_GUESTS, Math.max(20, Math.ceil(messages / MESSAGES_OF_A_GUEST)))
    for (let at = 0; at < count; at++) guests.push(await openGuest())
    const startedAt = performance.now()
    const faults = breakThings()
    const tabs = guests.flatMap((guest, at) =>
      Array.from({ length: TABS_OF_A_GUEST }, (_, tab) => talk(guest, at * TABS_OF_A_GUEST + tab)),
    )
    await Promise.all(tabs)
    const seconds = (performance.now() - startedAt) / 1000
    faults.stop()
    await faults.ended
    say(
      `${messages} messages from ${count} guests with two tabs each in ${seconds.toFixed(0)} s, ${(messages / seconds).toFixed(0)} per second: ${JSON.stringify(tally)}`,
    )
    judge(guests)
  } finally {
    agent.destroy()
    for (const replica of replicas) await replica.end('SIGKILL')
    await network.stop()
    await genesys.close()
  }

  async function openGuest() {
    const { status, body } = await ask(replicas[0], 'POST', '/guest-session', {}, {})
    if (status !== 201) throw new Error(`a new session got ${status}`)
    return { session: body.session, token: genesys.sessions.at(-1).token, sent: [] }
  }

  /** One tab: sends each message after the previous message got 201 or was given up. */
  async function talk(guest, number) {
    const tabRandom = randomFrom(seed + 1 + number)
    const home = number % REPLICAS
    while (started < messages) {
      const serial = started++
      const isRepeated = tabRandom() >= GIVEN_UP_AT_ONCE
      const text = isRepeated && tabRandom() < SAME_WORDS ? 'ok' : `message ${serial}`
      const attempts = []
      const sent = { text, attempts }
      guest.sent.push(sent)
      sent.id = await send({ guest, home, text, isRepeated, tabRandom, attempts })
      await pause(tabRandom() * MAX_PAUSE_MS)
    }
  }

  /**
   * Sends a message as documented in docs/sending-once.md: each retry has the same key and a count, and goes to the
   * other replica.
   * @returns the id from the 201, or undefined
   */
  async function send({ guest, home, text, isRepeated, tabRandom, attempts }) {
    const key = randomUUID()
    for (let retry = 0; ; retry++) {
      const at = (home + retry) % REPLICAS
      const to = replicas[at]
      const headers = {
        authorization: `Bearer ${guest.session}`,
        'idempotency-key': key,
        'idempotency-retry': String(retry),
      }
      const beganAt = new Date().toISOString()
      const { status, body } = await ask(to, 'POST', '/messages', headers, { text })
      attempts.push(`${beganAt} replica ${at} (pid ${to.pid}): ${status} ${body?.code ?? ''}`)
      if (status === 201) return body.id
      if (!REPEATED.has(status)) {
        unexpected.push(`${status} ${body?.code}`)
        return undefined
      }
      if (!isRepeated) {
        tally.givenUp += 1
        return undefined
      }
      tally.repeats += 1
      await pause(Math.min(MAX_REPEAT_PAUSE_MS, 100 * 2 ** retry) * (0.5 + tabRandom() / 2))
    }
  }

  /** @returns the status, or 0 if there was no response, and the parsed body */
  function ask(replica, method, path, headers, json) {
    return new Promise((resolve) => {
      const text = JSON.stringify(json)
      const allHeaders = {
        origin: ORIGIN,
        ...headers,
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(text),
      }
      const options = { host: '127.0.0.1', port: replica.port, method, path, agent, headers: allHeaders }
      const request = http.request(options, (answer) => {
        let whole = ''
        answer.setEncoding('utf8').on('data', (chunk) => (whole += chunk))
        answer.on('end', () => resolve({ status: answer.statusCode, body: parsed(whole) }))
        answer.on('error', () => resolve({ status: 0 }))
      })
      request.setTimeout(ANSWER_WITHIN_MS, () => request.destroy(new Error('no answer')))
      request.on('error', () => resolve({ status: 0 }))
      request.end(text)
    })
  }

  function breakThings() {
    let isOver = false
    return { stop: () => (isOver = true), ended: run() }

    async function run() {
      while (!isOver) {
        await pause(MAX_BETWEEN_FAULTS_MS * (0.3 + 0.7 * random()))
        const kind = random()
        if (kind < 0.4) await killOne(Math.floor(random() * REPLICAS))
        else if (kind < 0.6) cutGuestSockets()
        else if (kind < 0.8) await resetConnections(random() * 2000)
        else await restartUpstream(MAX_UPSTREAM_GONE_MS * random())
      }
    }
  }

  async function killOne(at) {
    tally.kills += 1
    const { port, managementPort, end } = replicas[at]
    await end('SIGKILL')
    replicas[at] = await startServiceProcess({ settings, port, managementPort })
  }

  function cutGuestSockets() {
    tally.cuts += 1
    genesys.dropSockets()
  }

  /**
   * Resets each connection after a few more bytes from the platform: within a frame or a response, or between two of
   * them.
   */
  async function resetConnections(afterBytes) {
    tally.resets += 1
    await network.inject({ kind: 'reset', afterBytes })
    await pause(500)
    await network.heal()
  }

  async function restartUpstream(goneMs) {
    tally.upstreamRestarts += 1
    await network.inject({ kind: 'refuse' })
    genesys.dropSockets()
    await pause(goneMs)
    await network.heal()
  }

  function judge(guests) {
    const found = { missing: [], doubled: [], sameId: [], unknown: [], ways: [] }
    for (const { token, sent } of guests) judgeGuest(genesys.transcript(token), sent, found)
    for (const way of found.ways.slice(0, 5)) say(way)
    const acknowledged = guests.flatMap(({ sent }) => sent).filter(({ id }) => id !== undefined).length
    const list = (what) => `${what.length} ${what.slice(0, 5)}`
    expect(acknowledged > messages / 2, `${acknowledged} of ${messages} messages got 201`)
    expect(found.missing.length === 0, `none of these messages is missing: ${list(found.missing)}`)
    expect(found.doubled.length === 0, `no message arrived more than once: ${list(found.doubled)}`)
    expect(found.sameId.length === 0, `no two messages got the same id: ${list(found.sameId)}`)
    expect(found.unknown.length === 0, `no message arrived that was not sent: ${list(found.unknown)}`)
    expect(unexpected.length === 0, `every other response allows a retry: ${list(unexpected)}`)
    const { kills, cuts, resets, upstreamRestarts } = tally
    expect(kills + cuts + resets + upstreamRestarts > 0, 'there was at least one fault')
  }
}

/** Finds missing, duplicate and unknown messages from one guest. */
function judgeGuest(transcript, sent, found) {
  findDoubles(transcript, sent, found)
  const there = new Map()
  for (const { text } of transcript) there.set(text, (there.get(text) ?? 0) + 1)
  const wanted = new Map()
  for (const { text, id } of sent) {
    const counts = wanted.get(text) ?? { acknowledged: 0 }
    if (id !== undefined) counts.acknowledged += 1
    wanted.set(text, counts)
  }
  for (const [text, counts] of wanted) {
    const count = there.get(text) ?? 0
    if (count < counts.acknowledged) found.missing.push(text)
  }
  for (const text of there.keys()) if (!wanted.has(text)) found.unknown.push(text)
  const ids = sent.flatMap(({ id }) => id ?? [])
  if (new Set(ids).size !== ids.length) found.sameId.push(...ids.filter((id, at) => ids.indexOf(id) !== at))
}

/** Finds tracing ids that arrived more than once, and lists the attempts to send their message. */
function findDoubles(transcript, sent, found) {
  const timesOf = new Map()
  for (const { text, time, metadata } of transcript) {
    const known = timesOf.get(metadata.tracingId)
    if (known) known.times.push(time)
    else timesOf.set(metadata.tracingId, { text, times: [time] })
  }
  for (const { text, times } of timesOf.values()) {
    if (times.length === 1) continue
    found.doubled.push(text)
    const repeated = sent.filter((each) => each.text === text && each.attempts.length > 1)
    const message = repeated.findLast(({ attempts }) => attempts[0] <= times[0])
    found.ways.push(
      [`"${text}" arrived at ${times.join(' and ')}`, ...(message?.attempts ?? [])].join('\n    '),
    )
  }
}

function parsed(text) {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
