// Restarts two replicas one after another, repeatedly, while guests chat: first behind nginx, then behind a TCP load
// balancer. No send may fail, and every page must receive each event exactly once.
import { spawnSync } from 'node:child_process'
import { setTimeout as pause } from 'node:timers/promises'
import { startNginx } from '../../deploy/nginx/run-nginx.mjs'
import { randomFrom } from '../harness/random.mjs'
import { freePort } from '../harness/free-port.mjs'
import { startHelper } from '../harness/processes.mjs'
import { startServiceProcess } from '../harness/service-process.mjs'
import { createGuestChat } from '../../dist/browser/client.js'
import { startSimulator } from '../../dist/simulator.js'
import { ORIGIN, simulatorSettings } from '../harness/service-settings.mjs'

const REPLICAS = 2
const GUESTS = 200
const ROUNDS = 10
const SEND_EVERY_MS = 1500
const AGENT_EVERY_MS = 3000
/** The balancer needs time to detect that a replica is back. An orchestrator waits too (minReadySeconds). */
const READY_FOR_MS = 2500
const HEARD_WITHIN_MS = 30_000
const LONGEST_DRAIN_MS = 20_000
/** Paths for operators, which nginx must not forward, in all spellings that Express accepts. */
const OPERATORS_PATHS = [
  '/metrics',
  '/METRICS',
  '/metrics/',
  '/%6detrics',
  '/readyz',
  '/READYZ',
  '/docs',
  '/',
]

/** @param share the share of the guests and, unless `rounds` is given, of the rounds */
export async function endureRestarts({
  verdict,
  seed,
  share,
  rounds = Math.max(1, Math.round(ROUNDS * share)),
}) {
  const guests = Math.max(20, Math.round(GUESTS * share))
  if (spawnSync('nginx', ['-v']).error) verdict.expect(false, 'nginx is installed')
  else await restartBehind('nginx', startBehindNginx)
  await restartBehind('a TCP load balancer', startBehindBalancer)

  async function restartBehind(front, start) {
    const genesys = await startSimulator({ agent: 'silent', record: false, limits: false })
    const { settings, front: inFront, stop } = await start(simulatorSettings({ genesys }))
    const ports = []
    for (let at = 0; at < REPLICAS; at++)
      ports.push({ port: await freePort(), managementPort: await freePort() })
    const replicas = []
    for (const each of ports) replicas.push(await startServiceProcess({ settings, ...each }))
    const balancer = await inFront(ports.map(({ port }) => port))
    const talk = await startTalk({ url: balancer.url, genesys, guests, seed })
    try {
      await pause(READY_FOR_MS)
      for (const path of balancer.closedPaths ?? []) {
        const { status } = await fetch(balancer.url + path)
        verdict.expect(status === 404, `${front}: ${path} is only for operators: ${status}`)
      }
      for (let round = 0; round < rounds; round++) {
        for (let at = 0; at < REPLICAS; at++) {
          const endedFrom = performance.now()
          const exitCode = await replicas[at].end('SIGTERM')
          const drainMs = performance.now() - endedFrom
          if (exitCode !== 0 || drainMs > LONGEST_DRAIN_MS)
            verdict.expect(
              false,
              `${front}: a replica exits with ${exitCode} after ${Math.round(drainMs)} ms`,
            )
          replicas[at] = await startServiceProcess({ settings, ...ports[at] })
          await balancer.sees?.(ports[at].port)
          await pause(READY_FOR_MS)
        }
        verdict.say(`${front}: ${round + 1} of ${rounds} rolling restarts, ${talk.sent()} messages sent`)
      }
      await talk.end()
      judge(front, talk, await balancer.report())
    } finally {
      talk.close()
      await balancer.stop()
      await stop()
      for (const replica of replicas) await replica.end('SIGKILL')
      await genesys.close()
    }
  }

  function judge(front, talk, report) {
    const { expect, expectFigure, say } = verdict
    const list = (what) => `${what.length} ${what.slice(0, 5).join(' | ')}`
    say(
      `${front}: ${talk.sent()} messages, ${talk.said()} from agents, ${JSON.stringify(talk.attempts)} ${report}`,
    )
    expect(talk.sent() > guests, `${front}: every guest has sent a message`)
    expect(talk.failedSends.length === 0, `${front}: no send failed: ${list(talk.failedSends)}`)
    // This is only a figure, because a balancer that gets no CPU time considers all replicas down.
    expectFigure(
      talk.brokenAttempts.length === 0,
      `${front}: no page's request was cut or refused, not even a request that the client repeats: ${list(talk.brokenAttempts)}`,
    )
    expect(
      talk.lost().length === 0,
      `${front}: no page has lost or duplicated a message: ${list(talk.lost())}`,
    )
    expect(
      talk.doubledEvents.length === 0,
      `${front}: no stream delivered an event twice: ${list(talk.doubledEvents)}`,
    )
  }
}

async function startBehindNginx(settings) {
  return {
    settings: { ...settings, TRUST_PROXY: '1' },
    async front(ports) {
      const nginx = await startNginx(ports)
      return {
        url: nginx.url,
        closedPaths: OPERATORS_PATHS,
        stop: () => nginx.stop(),
        report: async () => nginx.errors().slice(-1000),
      }
    },
    stop: async () => undefined,
  }
}

async function startBehindBalancer(settings) {
  const balancer = await startHelper(new URL('processes/tcp-balancer.mjs', import.meta.url).href, {
    core: '0,1',
  })
  return {
    settings,
    async front(ports) {
      const { port } = await balancer.ask('listen', { ports })
      const sees = async (replica) => {
        while (!(await balancer.ask('isReady', { port: replica }))) await pause(100)
      }
      for (const replica of ports) await sees(replica)
      return {
        url: `http://127.0.0.1:${port}`,
        sees,
        report: async () => JSON.stringify(await balancer.ask('counts')),
        stop: async () => undefined,
      }
    },
    stop: () => balancer.stop(),
  }
}

/** Starts guests, each with the client from /client.js, who send and receive messages. */
async function startTalk({ url, genesys, guests, seed }) {
  const attempts = { requests: 0, streams: 0 }
  const failedSends = []
  const brokenAttempts = []
  const doubledEvents = []
  let sent = 0
  let said = 0
  let isOver = false
  const pages = []
  for (let at = 0; at < guests; at++) {
    const heard = new Set()
    const chat = createGuestChat({ baseUrl: url, fetch: (...request) => watchedFetch(heard, ...request) })
    await chat.open()
    pages.push({ chat, token: genesys.sessions.at(-1).token })
  }
  const loops = pages.map(({ chat, token }, at) => {
    const random = randomFrom(seed + at)
    return Promise.all([guestTalks(chat, at, random), agentTalks(token, at, random)])
  })
  return {
    attempts,
    failedSends,
    brokenAttempts,
    doubledEvents,
    sent: () => sent,
    said: () => said,
    lost,
    async end() {
      isOver = true
      await Promise.all(loops)
      const until = performance.now() + HEARD_WITHIN_MS
      while (lost().length > 0 && performance.now() < until) await pause(250)
    },
    close() {
      isOver = true
      for (const { chat } of pages) chat.close()
    },
  }

  async function guestTalks(chat, at, random) {
    await pause(random() * SEND_EVERY_MS)
    while (!isOver) {
      const text = `guest ${at} says ${sent++}`
      await chat.send(text).catch((error) => failedSends.push(`${error.code} ${error.message}`))
      await pause(SEND_EVERY_MS * (0.5 + random()))
    }
  }

  async function agentTalks(token, at, random) {
    while (!isOver) {
      await pause(AGENT_EVERY_MS * (0.5 + random()))
      genesys.agentSays(`agent says ${said++} to guest ${at}`, token)
    }
  }

  /** Lists the pages that do not show all messages in their conversation, each once and in order. */
  function lost() {
    return pages.flatMap(({ chat, token }, at) => {
      const there = genesys.transcript(token).map(({ text }) => text)
      const shown = chat.messages.map(({ text }) => text)
      return there.join('\n') === shown.join('\n')
        ? []
        : [`guest ${at}: ${shown.length} of ${there.length}: ${difference(there, shown)}`]
    })
  }

  /** Sends the `Origin` as a browser would, and records every response that is not ok. */
  async function watchedFetch(heard, address, init) {
    const headers = new Headers(init?.headers)
    headers.set('origin', ORIGIN)
    const { pathname } = new URL(address)
    const isStream = pathname === '/events'
    attempts[isStream ? 'streams' : 'requests'] += 1
    let answer
    try {
      answer = await fetch(address, { ...init, headers })
    } catch (error) {
      if (!init?.signal?.aborted) brokenAttempts.push(`${pathname} ${error.cause?.code ?? error.message}`)
      throw error
    }
    if (!answer.ok)
      brokenAttempts.push(`${pathname} ${answer.status} ${await answer.clone().text()}`.slice(0, 200))
    if (!isStream || !answer.ok) return answer
    return new Response(answer.body.pipeThrough(eventWatch(heard)), answer)
  }

  /** Records the text of each message event, to find duplicates. */
  function eventWatch(heard) {
    const decoder = new TextDecoder()
    let rest = ''
    return new TransformStream({
      transform(chunk, controller) {
        const parts = (rest + decoder.decode(chunk, { stream: true })).split('\n\n')
        rest = parts.pop()
        for (const part of parts) {
          const text = /^event: message$/m.test(part) && /"text":"([^"]*)"/.exec(part)?.[1]
          if (text && heard.has(text)) doubledEvents.push(text)
          else if (text) heard.add(text)
        }
        controller.enqueue(chunk)
      },
    })
  }
}

function difference(there, shown) {
  const missing = there.filter((text) => !shown.includes(text))
  const extra = shown.filter((text, at) => !there.includes(text) || shown.indexOf(text) !== at)
  return missing.length + extra.length === 0
    ? 'another order'
    : `missing ${missing.slice(0, 2)}, too many ${extra.slice(0, 2)}`
}
