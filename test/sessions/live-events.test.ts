import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { EventCursor } from '../../src/service/sessions/event-cursor.ts'
import type { StreamEvent } from '../../src/service/sessions/event-tab.ts'
import { createLiveEvents } from '../../src/service/sessions/live-events.ts'
import type { SessionClaims } from '../../src/service/sessions/session-token.ts'
import { agentMessage, createMemoryGuestApi } from '../memory-guest-api.ts'

const T = Date.parse('2026-11-21T10:00:00Z')
const CLAIMS: SessionClaims = {
  sid: 'sid-1',
  purpose: 'guest-session',
  guestApi: 'web-messaging',
  deploymentId: 'd',
  guest: { token: 'guest-1' },
  attributes: { values: {}, version: 1, removedKeys: [], delivered: true },
  generation: 0,
  issuedAtMs: T,
  expiresAtMs: T + 60_000,
}

function setUp(options: Parameters<typeof createMemoryGuestApi>[0] = {}, now = () => T) {
  const genesys = createMemoryGuestApi(options)
  const ended: string[] = []
  const unexpected: string[] = []
  const live = createLiveEvents({
    guestApi: genesys.guestApi,
    onEnded: (sid) => ended.push(sid),
    onUnexpectedError: (_error: unknown, doing: string) => unexpected.push(doing),
    now,
    random: () => 0.5,
  })
  const openTab = (lastEventId?: string, claims: Partial<SessionClaims> = {}) => {
    const events: StreamEvent[] = []
    const tab = { events, closed: false, stop: () => {} }
    tab.stop = live.follow({ ...CLAIMS, ...claims }, lastEventId, () => ({
      write: (event) => void events.push(event),
      close: () => (tab.closed = true),
    }))
    return tab
  }
  const say = (id: string, afterMs: number) => {
    const message = agentMessage(id, T + afterMs)
    genesys.transcript.push(message)
    return message
  }
  const emit = (id: string, afterMs: number) => genesys.emit({ type: 'message', message: say(id, afterMs) })
  return { genesys, live, ended, unexpected, openTab, say, emit }
}

const settle = async () => {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve))
}
const ids = (events: StreamEvent[]) =>
  events.filter(({ event }) => event === 'message').map(({ data }) => (data as { id: string }).id)
const names = (events: StreamEvent[]) => events.map(({ event }) => event)

describe('a stream', () => {
  test('that cannot send a message ends and asks the page to reconnect, and other guests keep their streams', async () => {
    const { openTab, emit, unexpected, live, genesys } = setUp()
    const tab = openTab()
    const other: StreamEvent[] = []
    live.follow({ ...CLAIMS, sid: 'sid-2', guest: { token: 'guest-2' } }, undefined, () => ({
      write: (event) => void other.push(event),
      close: () => undefined,
    }))
    genesys.emit({ type: 'message', message: agentMessage('\ud800', T) })
    emit('after', 10)
    await settle()
    expect(names(tab.events)).toEqual(['reconnect'])
    expect(tab.closed).toBe(true)
    expect(unexpected).toEqual(['send live events'])
    expect(genesys.subscribers()).toBe(0)
    genesys.emit({ type: 'message', message: agentMessage('theirs', T) }, 'guest-2')
    await settle()
    expect(ids(other)).toEqual(['theirs'])
  })

  test('gets no resync when the guest’s connection to Genesys first opens', async () => {
    const { openTab, genesys } = setUp({ lacks: ['history'] })
    const tab = openTab()
    genesys.emit({ type: 'session', state: 'connected' })
    genesys.emit({ type: 'gap' })
    await settle()
    expect(names(tab.events)).toEqual(['session'])
  })

  test('gets a resync if the connection to Genesys is lost before the first message', async () => {
    const { openTab, genesys } = setUp()
    const tab = openTab()
    for (const state of ['connected', 'reconnecting', 'connected'] as const) {
      genesys.emit({ type: 'session', state })
    }
    genesys.emit({ type: 'gap' })
    await settle()
    expect(names(tab.events)).toContain('resync')
  })

  test('gets every message once and in order, even if frames arrive twice and out of order', async () => {
    const { openTab, genesys } = setUp()
    const tab = openTab()
    const [a, b, c] = [agentMessage('a', T), agentMessage('b', T + 10), agentMessage('c', T + 20)]
    for (const message of [c, a, b, a, c]) genesys.emit({ type: 'message', message })
    await settle()
    genesys.emit({ type: 'message', message: b })
    await settle()
    expect(ids(tab.events)).toEqual(['a', 'b', 'c'])
  })

  test('gets the messages from a gap even if it has sent nothing yet, but none from before it was opened', async () => {
    const { openTab, genesys, say } = setUp()
    const { id, time } = (say('earlier', 0), say('known', 10))
    const tab = openTab()
    say('missed', 20)
    genesys.emit({ type: 'gap', after: { id, time } })
    await settle()
    expect(ids(tab.events)).toEqual(['missed'])
    expect(names(tab.events)).not.toContain('resync')
  })

  test('shares one subscription with the guest’s other streams; that subscription ends with the last stream', () => {
    const { openTab, genesys } = setUp()
    const [first, second] = [openTab(), openTab()]
    expect(genesys.subscribers()).toBe(1)
    first.stop()
    expect(genesys.subscribers()).toBe(1)
    second.stop()
    second.stop()
    expect(genesys.subscribers()).toBe(0)
  })

  test('that has already ended does not end the subscription that the guest’s newer streams share', () => {
    const { openTab, genesys, live } = setUp()
    const ended = openTab()
    live.endOlder('sid-1', 1)
    openTab(undefined, { generation: 1 })
    // Its connection closes a moment after it has ended.
    ended.stop()
    openTab(undefined, { generation: 1 })
    expect(genesys.subscribers()).toBe(1)
  })

  test('that reconnects gets missed messages first, and then live messages, without duplicates', async () => {
    const { openTab, emit, say } = setUp()
    const tab = openTab()
    emit('a', 0)
    emit('b', 10)
    await settle()
    const lastEventId = tab.events.at(-1)?.id
    tab.stop()
    say('c', 20)
    say('d', 30)
    const again = openTab(lastEventId)
    emit('e', 40)
    await settle()
    expect(ids(again.events)).toEqual(['c', 'd', 'e'])
  })

  test('that reconnects to another replica gets the messages that it missed', async () => {
    const there = setUp()
    const tab = there.openTab()
    there.emit('a', 0)
    await settle()
    const here = setUp()
    here.say('a', 0)
    here.say('b', 5)
    const again = here.openTab(tab.events.at(-1)?.id)
    await settle()
    expect(ids(again.events)).toEqual(['b'])
    expect(names(again.events)).not.toContain('resync')
  })

  test('loses no message when another tab’s stream is replayed', async () => {
    const { openTab, emit, say, genesys } = setUp()
    const stays = openTab()
    emit('a', 0)
    await settle()
    const lastEventId = stays.events.at(-1)?.id
    say('b', 10)
    const comesBack = openTab(lastEventId)
    await settle()
    genesys.emit({ type: 'gap' })
    emit('c', 20)
    await settle()
    expect(ids(stays.events)).toEqual(['a', 'b', 'c'])
    expect(ids(comesBack.events)).toEqual(['b', 'c'])
  })

  test('that reconnects to a replica that is still connecting to Genesys gets no resync', async () => {
    const { openTab, say, genesys } = setUp()
    say('a', 0)
    say('b', 10)
    const tab = openTab(`${T}-a`)
    genesys.emit({ type: 'session', state: 'connected' })
    genesys.emit({ type: 'gap' })
    await settle()
    expect(ids(tab.events)).toEqual(['b'])
    expect(names(tab.events)).not.toContain('resync')
  })

  test('that reconnects after a long time gets missed messages once, even if a gap is reported too', async () => {
    const { openTab, say, genesys } = setUp()
    for (const [at, id] of ['a', 'b', 'c', 'd'].entries()) say(id, at * 10_000)
    const tab = openTab(`${T}-a`)
    await settle()
    genesys.emit({ type: 'session', state: 'connected' })
    genesys.emit({ type: 'gap' })
    await settle()
    expect(ids(tab.events)).toEqual(['b', 'c', 'd'])
  })

  test('gets a resync when the history does not reach back far enough', async () => {
    const { openTab, say } = setUp()
    say('new', 60_000)
    const tab = openTab(`${T - 60_000}-gone`)
    await settle()
    expect(names(tab.events)).toEqual(['message', 'resync'])
  })

  test.each(['garbage', '', '1-%', `${T}-x\n`])(
    'gets a resync if it resumes after the invalid event id %j',
    async (lastEventId) => {
      const { openTab } = setUp()
      const tab = openTab(lastEventId)
      await settle()
      expect(names(tab.events)).toEqual(['resync'])
    },
  )

  test('gets a resync when the history can’t be read', async () => {
    const { openTab, genesys } = setUp()
    genesys.failNext(new Error('down'))
    const tab = openTab(`${T}-a`)
    await settle()
    expect(names(tab.events)).toEqual(['resync'])
  })

  test('gets the messages that it missed while its socket was lost', async () => {
    const { openTab, emit, say, genesys } = setUp()
    const tab = openTab()
    emit('a', 0)
    await settle()
    say('b', 10)
    genesys.emit({ type: 'gap' })
    emit('c', 20)
    await settle()
    expect(ids(tab.events)).toEqual(['a', 'b', 'c'])
    expect(names(tab.events)).not.toContain('resync')
  })

  test('gets the session’s state immediately if that state is already known', () => {
    const { openTab, genesys } = setUp()
    openTab()
    genesys.emit({ type: 'session', state: 'read-only' })
    expect(openTab().events).toEqual([{ event: 'session', data: { state: 'read-only' } }])
  })

  test.each(['expired', 'cleared'] as const)(
    'ends when the session is %s, and the end is recorded',
    (state) => {
      const { openTab, genesys, ended } = setUp()
      const tabs = [openTab(), openTab()]
      genesys.emit({ type: 'session', state })
      for (const tab of tabs)
        expect(tab).toMatchObject({ closed: true, events: [{ event: 'session', data: { state } }] })
      expect(ended).toEqual(['sid-1'])
      expect(genesys.subscribers()).toBe(0)
    },
  )

  test('asks its page to reconnect after a random delay when the replica stops', () => {
    const { openTab, live } = setUp()
    const tab = openTab()
    live.drain(1000)
    expect(tab).toMatchObject({ closed: true, events: [{ event: 'reconnect', data: { afterMs: 500 } }] })
  })

  test('is closed if it is the oldest and its guest opens too many streams', () => {
    const { openTab } = setUp()
    const tabs = Array.from({ length: 21 }, () => openTab())
    expect(tabs.filter(({ closed }) => closed)).toEqual([tabs[0]])
  })

  test('is refused if the guest API has no live events', () => {
    const { openTab } = setUp({ lacks: ['live-events'] })
    expect(() => openTab()).toThrow(expect.objectContaining({ code: 'not_supported_by_guest_api' }))
  })
})

describe('messages are neither lost nor duplicated', () => {
  test('wherever the stream is cut, even with shuffled and duplicated frames', async () => {
    const frame = fc.record({ id: fc.nat(11), shuffle: fc.nat(2), doubled: fc.boolean() })
    await fc.assert(
      fc.asyncProperty(
        fc.array(frame, { minLength: 1, maxLength: 12 }),
        fc.nat(24),
        async (frames, cutAt) => {
          const { genesys, openTab } = setUp()
          const messages = Array.from({ length: 12 }, (_, at) => agentMessage(`m${at}`, T + at * 400))
          genesys.transcript.push(...messages.slice(0, 1))
          let tab = openTab()
          const shown = new Map<string, number>()
          const show = () => {
            for (const id of ids(tab.events)) shown.set(id, (shown.get(id) ?? 0) + 1)
          }
          const wire = messages.flatMap((message, at) => {
            const { doubled = false } = frames[at] ?? {}
            return doubled ? [message, message] : [message]
          })
          for (const [at, { shuffle }] of frames.entries()) {
            const moved = wire.splice(at, 1)
            wire.splice(at + shuffle, 0, ...moved)
          }
          for (const [at, message] of wire.entries()) {
            if (!genesys.transcript.includes(message)) genesys.transcript.push(message)
            genesys.emit({ type: 'message', message })
            await settle()
            if (at !== cutAt) continue
            const last = tab.events.findLast(({ id }) => id !== undefined)?.id
            show()
            tab.stop()
            tab = openTab(last)
            await settle()
          }
          show()
          expect([...shown.keys()].sort()).toEqual(messages.map(({ id }) => id).sort())
          expect([...shown.values()].every((times) => times === 1)).toBe(true)
        },
      ),
      { numRuns: 200 },
    )
  })
})

describe('while the history is being read,', () => {
  /** The history is not read before `answer` is called. */
  function setUpSlowHistory() {
    const all = setUp()
    const { guestApi } = all.genesys
    const read = guestApi.history
    let answer = () => {}
    const answered = new Promise<void>((resolve) => (answer = resolve))
    guestApi.history = async (...request) => {
      await answered
      return read!(...request)
    }
    return { ...all, answer }
  }
  const resyncs = (events: StreamEvent[]) => names(events).filter((name) => name === 'resync').length
  /** Emits messages until the history has been read, and one message afterwards. @returns the ids of those before */
  async function floodDuringRead(
    { emit, genesys, answer }: ReturnType<typeof setUpSlowHistory>,
    count: number,
  ): Promise<string[]> {
    const messages = Array.from({ length: count }, (_, at) => agentMessage(`new-${at}`, T + 10 + at))
    for (const message of messages) genesys.emit({ type: 'message', message })
    await settle()
    answer()
    await settle()
    emit('live', 10_000)
    await settle()
    return messages.map(({ id }) => id)
  }

  test.each([
    [100, 100, 0],
    [101, 100, 1],
    [5_000, 100, 1],
  ])(
    'after a gap, at most 100 new messages wait: of %i, %i are delivered (resyncs: %i)',
    async (count, kept, expectedResyncs) => {
      const all = setUpSlowHistory()
      const { openTab, emit, genesys } = all
      const tab = openTab()
      emit('a', 0)
      await settle()
      genesys.emit({ type: 'gap' })
      const messages = await floodDuringRead(all, count)
      expect(ids(tab.events)).toEqual(['a', ...messages.slice(0, kept), 'live'])
      expect(resyncs(tab.events)).toBe(expectedResyncs)
    },
  )

  test.each([
    [100, 100, 0],
    [101, 100, 1],
    [5_000, 100, 1],
  ])(
    'for a returning page, at most 100 new messages wait: of %i, %i are delivered (resyncs: %i)',
    async (count, kept, expectedResyncs) => {
      const all = setUpSlowHistory()
      const { openTab, emit } = all
      const other = openTab()
      emit('a', 0)
      await settle()
      const tab = openTab(`${T}-a`)
      const messages = await floodDuringRead(all, count)
      expect(ids(tab.events)).toEqual([...messages.slice(0, kept), 'live'])
      expect(resyncs(tab.events)).toBe(expectedResyncs)
      expect(ids(other.events)).toEqual(['a', ...messages, 'live'])
      expect(resyncs(other.events)).toBe(0)
    },
  )

  test('a second gap does not hide that the history does not reach back to the first gap', async () => {
    const { openTab, emit, genesys, answer } = setUpSlowHistory()
    const tab = openTab()
    emit('a', 0)
    await settle()
    const missed = Array.from({ length: 150 }, (_, at) => agentMessage(`missed-${at}`, T + at * 6_000))
    genesys.transcript.push(...missed)
    genesys.emit({ type: 'gap' })
    genesys.emit({ type: 'gap' })
    answer()
    await settle()
    await settle()
    expect(ids(tab.events)).toHaveLength(101)
    expect(resyncs(tab.events)).toBe(1)
  })

  test('messages that arrive live and are also in the history are sent once, however far apart they are', async () => {
    const { openTab, emit, genesys, answer } = setUpSlowHistory()
    const tab = openTab()
    emit('a', 0)
    await settle()
    genesys.emit({ type: 'gap' })
    for (const [at, id] of ['b', 'c', 'd'].entries()) emit(id, 10 + at * 6_000)
    answer()
    await settle()
    expect(ids(tab.events)).toEqual(['a', 'b', 'c', 'd'])
  })
})

describe('an event id', () => {
  test('covers the same messages after formatting and parsing', () => {
    const message = fc.record({ id: fc.stringMatching(/^[\w%/+ é-]{1,40}$/), at: fc.nat(20_000) })
    fc.assert(
      fc.property(fc.array(message, { minLength: 1, maxLength: 60 }), (sent) => {
        const cursor = new EventCursor()
        let id = ''
        for (const each of sent) id = cursor.advance(agentMessage(each.id, T + each.at))
        expect(id).not.toMatch(/\s/)
        const read = EventCursor.parse(id)
        for (const each of sent) {
          const known = agentMessage(each.id, T + each.at)
          expect(read?.misses(known)).toBe(cursor.misses(known))
        }
      }),
    )
  })
})

describe('an event id from a very fast stream', () => {
  const sentAt = (everyMs: number, count: number) =>
    Array.from({ length: count }, (_, at) => agentMessage(`message-${at}`, T + at * everyMs))

  test.each([1, 10, 49, 99])('covers every sent message if a message is sent every %i ms', (everyMs) => {
    const cursor = new EventCursor()
    const sent = sentAt(everyMs, 500)
    let id = ''
    for (const message of sent) id = cursor.advance(message)
    expect(id.length).toBeLessThan(600)
    const read = EventCursor.parse(id)
    for (const message of sent)
      expect([read?.misses(message), cursor.misses(message)]).toEqual([false, false])
  })

  test('does not cover later messages until they are sent as well', () => {
    const cursor = new EventCursor()
    let id = ''
    for (const message of sentAt(10, 200)) id = cursor.advance(message)
    const away = Array.from({ length: 40 }, (_, at) => agentMessage(`away-${at}`, T + 2000 + at * 10))
    const read = EventCursor.parse(id)
    expect(away.every((message) => read?.misses(message))).toBe(true)
    for (const message of away) id = read?.advance(message) ?? ''
    const again = EventCursor.parse(id)
    for (const message of [...sentAt(10, 200), ...away]) expect(again?.misses(message)).toBe(false)
  })
})

describe('the token that opened a stream', () => {
  test('ends the stream when the token expires, and the page is asked to reconnect', () => {
    let nowMs = T
    const { openTab, live } = setUp({}, () => nowMs)
    const [brief, longer] = [
      openTab(undefined, { expiresAtMs: T + 10 }),
      openTab(undefined, { expiresAtMs: T + 20 }),
    ]
    nowMs = T + 10
    live.endExpired()
    expect(brief).toMatchObject({ closed: true, events: [{ event: 'reconnect', data: { afterMs: 0 } }] })
    expect(longer.closed).toBe(false)
  })

  test('ends the stream when a newer generation invalidates the token', () => {
    const { openTab, live, genesys } = setUp()
    const [older, newer] = [openTab(undefined, { generation: 0 }), openTab(undefined, { generation: 7 })]
    live.endOlder('sid-1', 7)
    live.endOlder('another session', 9)
    expect([older.closed, newer.closed]).toEqual([true, false])
    expect(genesys.subscribers()).toBe(1)
  })
})
