import { randomBytes, randomInt, randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { expect, test } from '@jest/globals'
import { startSimulator, type Simulator } from '../../src/simulator/simulator.ts'
import { startProcess, type ServiceProcess } from './start-process.ts'

const SITE = 'https://www.example.com'
const GUESTS = 60
const KILLS = 4
const BETWEEN_KILLS_MS = 3_000
const settings = {
  SESSION_KEYS: randomBytes(32).toString('base64'),
  RATE_SESSIONS_PER_ADDRESS_PER_MINUTE: '10000',
  RATE_ADDRESS_PER_MINUTE: '1000000',
  RATE_GUEST_PER_MINUTE: '100000',
  RATE_OVERALL_PER_SECOND: '100000',
}

interface Guest {
  readonly session: string
  /** By which Genesys knows it. */
  readonly token: string
}

interface Sent {
  readonly text: string
  readonly id: string
}

/** The seed of a run can be given again: `SENT_ONCE_SEED=… npm run test:processes`. */
const seed = Number(process.env['SENT_ONCE_SEED'] ?? randomInt(2 ** 31))

test('over two replicas that are killed, and sockets that are cut, every message that got 201 is there once', async () => {
  process.stderr.write(`SENT_ONCE_SEED=${seed}\n`)
  const random = randomFrom(seed)
  const genesys = await startSimulator({ agent: 'silent', limits: false, record: false })
  const replicas = [await startProcess(genesys, settings), await startProcess(genesys, settings)]
  const urls = replicas.map(({ url }) => url)
  const fixed = replicas.map(({ port }) => ({ ...settings, PORT: String(port) }))
  let isOver = false
  try {
    const guests: Guest[] = []
    for (let guest = 0; guest < GUESTS; guest++) guests.push(await openGuest(urls[0] ?? '', genesys))
    const tabs = guests.flatMap(({ session }, guest) =>
      [0, 1].map(async (home) => {
        const sent: Sent[] = []
        while (!isOver) {
          const text = random() < 0.5 ? 'ok' : `unique ${randomUUID()}`
          sent.push(await sendOnce(urls, home, session, text))
          await pause(20 + random() * 60)
        }
        return { guest, sent }
      }),
    )
    for (let kill = 0; kill < KILLS; kill++) {
      await pause(BETWEEN_KILLS_MS * (0.5 + random()))
      genesys.dropSockets()
      await restart(replicas, kill % 2, genesys, fixed)
    }
    isOver = true
    const ended = await Promise.all(tabs)
    for (const [guest, { token }] of guests.entries()) {
      const sent = ended.filter((tab) => tab.guest === guest).flatMap((tab) => tab.sent)
      const there = genesys.transcript(token).map(({ text }) => text)
      expect(there.toSorted()).toEqual(sent.map(({ text }) => text).toSorted())
      expect(new Set(sent.map(({ id }) => id)).size).toBe(sent.length)
    }
    const total = ended.reduce((sum, { sent }) => sum + sent.length, 0)
    process.stderr.write(`${total} messages, each there once\n`)
    expect(total).toBeGreaterThan(GUESTS * 10)
  } finally {
    isOver = true
    for (const replica of replicas) await replica.end('SIGKILL')
    await genesys.close()
  }

  /** As README says: the same key, and a count on each repeat; the other replica where one does not answer. */
  async function sendOnce(to: string[], home: number, session: string, text: string): Promise<Sent> {
    const key = randomUUID()
    for (let retry = 0; ; retry++) {
      const answer = await fetch(`${to[(home + retry) % to.length]}/messages`, {
        method: 'POST',
        headers: {
          origin: SITE,
          authorization: `Bearer ${session}`,
          'content-type': 'application/json',
          'idempotency-key': key,
          'idempotency-retry': String(retry),
        },
        body: JSON.stringify({ text }),
      }).catch(() => undefined)
      const body = (await answer?.json().catch(() => undefined)) as { id: string } | undefined
      if (answer?.status === 201 && body) return { text, id: body.id }
      await pause(Math.min(2_000, 100 * 2 ** retry) * random())
    }
  }
}, 120_000)

async function restart(
  replicas: ServiceProcess[],
  at: number,
  genesys: Simulator,
  settingsOf: Readonly<Record<string, string>>[],
): Promise<void> {
  await replicas[at]?.end('SIGKILL')
  replicas[at] = await startProcess(genesys, settingsOf[at])
}

async function openGuest(url: string, genesys: Simulator): Promise<Guest> {
  const answer = await fetch(`${url}/guest-session`, { method: 'POST', headers: { origin: SITE } })
  const { session } = (await answer.json()) as { session: string }
  return { session, token: genesys.sessions.at(-1)?.token ?? '' }
}

/** mulberry32 */
function randomFrom(start: number): () => number {
  let state = start
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
