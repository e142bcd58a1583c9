// Guests who only want to chat. Each guest has a separate address and a live stream, and sends messages at an interval.
import { randomUUID } from 'node:crypto'
import http from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import { serveCommands } from '../harness/commands.mjs'
import { ORIGIN } from '../harness/service-settings.mjs'
import { Latencies } from '../harness/latencies.mjs'

const ANSWER_WITHIN_MS = 10_000

let guests = []
let latencies = new Latencies()
let failures = []
let sent = 0
let heard = 0
let talking

function ask(guest, method, path, body) {
  return new Promise((resolve, reject) => {
    const text = body === undefined ? undefined : JSON.stringify(body)
    const request = http.request(
      {
        host: '127.0.0.1',
        port: guest.port,
        localAddress: guest.address,
        agent: guest.agent,
        method,
        path,
        headers: {
          origin: ORIGIN,
          ...(guest.session && { authorization: `Bearer ${guest.session}` }),
          ...(text !== undefined && {
            'content-type': 'application/json',
            'content-length': Buffer.byteLength(text),
          }),
          ...(method === 'POST' && path === '/messages' && { 'idempotency-key': randomUUID() }),
        },
      },
      (answer) => {
        let whole = ''
        answer.setEncoding('utf8').on('data', (chunk) => (whole += chunk))
        answer.on('end', () => resolve({ status: answer.statusCode, text: whole }))
        answer.on('error', reject)
      },
    )
    request.setTimeout(ANSWER_WITHIN_MS, () => request.destroy(new Error(`no response to ${method} ${path}`)))
    request.on('error', reject)
    request.end(text)
  })
}

/** Reads the guest's live events, and reopens the stream when it ends. */
function listen(guest) {
  const request = http.get(
    {
      host: '127.0.0.1',
      port: guest.port,
      localAddress: guest.address,
      agent: false,
      path: '/events',
      headers: {
        origin: ORIGIN,
        authorization: `Bearer ${guest.session}`,
        ...(guest.lastId && { 'last-event-id': guest.lastId }),
      },
    },
    (answer) => {
      if (answer.statusCode !== 200) failures.push(`a live stream got ${answer.statusCode}`)
      answer.setEncoding('utf8').on('data', (chunk) => {
        guest.lastId = [...chunk.matchAll(/^id: ?(.*)$/gm)].at(-1)?.[1] ?? guest.lastId
        heard += [...chunk.matchAll(/"honest \d+/g)].length
      })
      answer.on('close', () => guest.isOpen && setTimeout(() => guest.isOpen && listen(guest), 500))
      answer.on('error', () => undefined)
    },
  )
  request.on('error', (error) => guest.isOpen && failures.push(`a live stream failed: ${error.message}`))
  guest.stream = request
}

/** Uploads a small picture. */
function upload(guest) {
  return new Promise((resolve, reject) => {
    const bytes = Buffer.alloc(20_000, 7)
    const { port, address: localAddress, agent, session } = guest
    const headers = {
      origin: ORIGIN,
      authorization: `Bearer ${session}`,
      'content-type': 'image/png',
      'content-length': bytes.length,
    }
    const path = '/attachments?fileName=a.png'
    const request = http.request({
      host: '127.0.0.1',
      port,
      localAddress,
      agent,
      method: 'POST',
      path,
      headers,
    })
    request.setTimeout(ANSWER_WITHIN_MS, () => request.destroy(new Error('no response to an upload')))
    request.on('error', reject).on('response', (answer) => {
      let text = ''
      answer.setEncoding('utf8').on('data', (chunk) => (text += chunk))
      answer.on('end', () => resolve({ status: answer.statusCode, text })).on('error', reject)
    })
    request.end(bytes)
  })
}

/**
 * Guests at different addresses who arrive, send a message and leave. Each of them needs a connection to the service
 * and one to Genesys.
 */
async function arrive(port, everyMs, until) {
  for (let at = 0; !until.aborted; at++) {
    const agent = new http.Agent({ keepAlive: true })
    const guest = { port, address: `127.0.1.${1 + (at % 250)}`, agent }
    try {
      const { status, text } = await ask(guest, 'POST', '/guest-session', {})
      if (status !== 201) failures.push(`a new guest got ${status} ${text.slice(0, 200)}`)
      else {
        guest.session = JSON.parse(text).session
        const said = await ask(guest, 'POST', '/messages', { text: `honest arrival ${at}` })
        if (said.status !== 201) failures.push(`a new guest's message got ${said.status}`)
      }
    } catch (error) {
      failures.push(`a new guest failed: ${error.message}`)
    }
    agent.destroy()
    await pause(everyMs)
  }
}

async function talk(guest, everyMs, until, uploads) {
  await pause(Math.random() * everyMs)
  while (!until.aborted) {
    const dueAt = performance.now() + everyMs
    sent += 1
    const startedAt = performance.now()
    try {
      const isUpload = uploads && sent % 5 === 0
      const { status, text } = isUpload
        ? await upload(guest)
        : await ask(guest, 'POST', '/messages', { text: `honest ${sent}` })
      latencies.add(performance.now() - startedAt)
      if (status !== 201) failures.push(`a message or file got ${status} ${text.slice(0, 200)}`)
    } catch (error) {
      failures.push(`a message failed: ${error.message}`)
    }
    await pause(Math.max(0, dueAt - performance.now()))
  }
}

serveCommands({
  async open({ port, count, events }) {
    for (let at = 0; at < count; at++) {
      const address = `127.0.0.${20 + at}`
      const guest = { port, address, agent: new http.Agent({ keepAlive: true }), isOpen: true }
      const { status, text } = await ask(guest, 'POST', '/guest-session', {})
      if (status !== 201) throw new Error(`a new session got ${status} ${text}`)
      guest.session = JSON.parse(text).session
      guests.push(guest)
      if (events) listen(guest)
    }
    return guests.map(({ session }) => session)
  },
  /**
   * @param uploads whether a file is uploaded instead of every fifth message
   * @param arrivalsEveryMs the interval at which new guests arrive
   */
  talk({ everyMs, uploads, arrivalsEveryMs }) {
    const stop = new AbortController()
    const loops = guests.map((guest) => talk(guest, everyMs, stop.signal, uploads))
    if (arrivalsEveryMs) loops.push(arrive(guests[0].port, arrivalsEveryMs, stop.signal))
    talking = { stop, ended: Promise.all(loops) }
  },
  /** @returns what was observed since the last report */
  report() {
    const seen = {
      ...latencies.summary(),
      count: latencies.count,
      sent,
      heard,
      failures: failures.slice(0, 5),
      failed: failures.length,
    }
    latencies = new Latencies()
    failures = []
    return seen
  },
  async leave() {
    talking?.stop.abort()
    await talking?.ended
    for (const guest of guests) {
      guest.isOpen = false
      guest.stream?.destroy()
      guest.agent.destroy()
    }
    guests = []
  },
})
