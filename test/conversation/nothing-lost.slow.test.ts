import { describe, expect, jest, test } from '@jest/globals'
import fc from 'fast-check'
import { CUTS, startCutConversation, type Cut, type CutConversation } from './cut-conversation.ts'

jest.setTimeout(180_000)

/** One message, and the interruption that happens before, during or after it. */
interface Step {
  readonly by: 'guest' | 'agent' | 'bot'
  readonly text: string
  readonly cut?: Cut | 'lost echo' | undefined
  readonly when: 'before' | 'during' | 'after'
  /** What the platform does to the next frame. */
  readonly frame?: 'reorder' | 'duplicate' | undefined
  /** Whether the page must show the message before the next step; false if a frame is held back until the next frame. */
  readonly settles?: boolean
}

/** Plays the steps, and expects the page to show each message once and in order. */
async function play(steps: readonly Step[]): Promise<void> {
  const conversation = await startCutConversation()
  try {
    await conversation.chat.open()
    const mayBeMissing: string[] = []
    for (const step of steps) await playStep(conversation, step, mayBeMissing)
    // If a frame was held back so that the next one overtakes it, this message releases it.
    await conversation.chat.send('the end')
    conversation.genesys.agentSays('goodbye')
    await conversation.showing(conversation.said().length)

    expect(conversation.shown()).toEqual(conversation.said())
    expect(conversation.chat.messages.map(({ status }) => status)).not.toContain('pending')
    expect(conversation.reportedTwice).toEqual([])
    const written = [...steps.filter(({ by }) => by === 'guest').map(({ text }) => text), 'the end']
    const arrived = conversation.said().flatMap(({ sender, text }) => (sender === 'guest' ? [text] : []))
    expect(arrived).toEqual(withoutMissing(written, arrived, mayBeMissing))
  } finally {
    await conversation.stop()
  }
}

async function playStep(conversation: CutConversation, step: Step, mayBeMissing: string[]): Promise<void> {
  const { genesys } = conversation
  const { by, text, cut, when, frame } = step
  if (frame) genesys.injectFault({ direction: 'to-guest', class: 'StructuredMessage' }, { [frame]: true })
  if (cut === 'lost echo') genesys.injectFault('onMessage', { drop: true })
  const isCut = cut !== undefined && cut !== 'lost echo'
  if (isCut && when === 'before') await conversation.cut(cut)
  const cutMeanwhile = isCut && when === 'during' ? cut : undefined
  if (by === 'guest') await guestSays(conversation, text, cutMeanwhile, mayBeMissing)
  else {
    const says = () => {
      if (by === 'agent') genesys.agentSays(text)
      else genesys.botSays(text)
    }
    if (cutMeanwhile) await conversation.cut(cutMeanwhile, says)
    else says()
  }
  if (step.settles) await conversation.showing(conversation.said().length)
  if (isCut && when === 'after') await conversation.cut(cut)
}

/** A page that is reloaded has forgotten what it was about to send: that message may or may not be accepted. */
async function guestSays(
  conversation: CutConversation,
  text: string,
  cut: Cut | undefined,
  mayBeMissing: string[],
): Promise<void> {
  const taken = cut && conversation.genesys.nextFrame({ action: 'onMessage', text })
  const outcome = conversation.chat.send(text).then(
    () => undefined,
    (problem: unknown) => problem,
  )
  await taken
  if (cut) await conversation.cut(cut)
  const problem = await outcome
  if (problem === undefined) return
  expect({ problem, reloaded: cut?.endsWith('reload') }).toMatchObject({
    problem: { code: 'chat_closed' },
    reloaded: true,
  })
  mayBeMissing.push(text)
}

/** The expected messages, without those that were allowed not to arrive and did not. */
function withoutMissing(
  written: readonly string[],
  arrived: readonly (string | undefined)[],
  mayBeMissing: string[],
): string[] {
  const left = [...mayBeMissing]
  let at = 0
  return written.filter((text) => {
    if (arrived[at] === text) at += 1
    else if (left.includes(text)) {
      left.splice(left.indexOf(text), 1)
      return false
    }
    return true
  })
}

/** Plays at most `atOnce` scripts at a time, so that none of them starves. */
async function playAll(scripts: readonly (readonly Step[])[], atOnce: number): Promise<void> {
  const waiting = scripts.entries()
  const worker = async () => {
    for (const [at, script] of waiting) {
      await play(script).catch((error: unknown) => {
        throw new Error(`Script ${at}: ${JSON.stringify(script)}`, { cause: error })
      })
    }
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
}

function settleUntilReordered(script: readonly Step[]): Step[] {
  const first = script.findIndex(({ frame }) => frame === 'reorder')
  return script.map((step, at) => (first >= 0 && at >= first ? { ...step, settles: false } : step))
}

const SCRIPT: readonly Step[] = [
  { by: 'guest', text: 'hello', when: 'before', settles: true },
  { by: 'agent', text: 'hi', when: 'before', settles: true },
  { by: 'agent', text: 'hi', when: 'before', settles: true },
  { by: 'guest', text: 'hello', when: 'before', settles: true },
  { by: 'bot', text: 'ok', when: 'before', settles: true },
]

describe('nothing is lost or duplicated when a conversation is interrupted', () => {
  test.each(['before', 'during', 'after'] as const)('%s each of its messages', async (when) => {
    const scripts = SCRIPT.flatMap((_, position) =>
      CUTS.map((cut) => SCRIPT.map((step, at) => (at === position ? { ...step, cut, when } : step))),
    )
    await playAll(scripts, 5)
  })

  test('by the loss of the frame that acknowledges a message', async () => {
    const scripts = [0, 3].map((position) =>
      SCRIPT.map((step, at) => (at === position ? { ...step, cut: 'lost echo' as const } : step)),
    )
    await playAll(scripts, 2)
  })

  test('at any point, with frames that are out of order or duplicated', async () => {
    const step: fc.Arbitrary<Step> = fc.record({
      by: fc.constantFrom('guest', 'agent', 'bot'),
      text: fc.constantFrom('yes', 'no', 'perhaps'),
      cut: fc.option(fc.constantFrom(...CUTS, 'lost echo' as const), { nil: undefined, freq: 1 }),
      when: fc.constantFrom('before', 'during', 'after'),
      frame: fc.option(fc.constantFrom('reorder', 'duplicate'), { nil: undefined, freq: 2 }),
      settles: fc.boolean(),
    })
    const script = fc.array(step, { minLength: 2, maxLength: 6 }).map(settleUntilReordered)
    await fc.assert(
      fc.asyncProperty(fc.array(script, { minLength: 5, maxLength: 5 }), (scripts) => playAll(scripts, 5)),
      { numRuns: 7, interruptAfterTimeLimit: 90_000, markInterruptAsFailure: false },
    )
  })
})
