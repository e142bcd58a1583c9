import { setTimeout as pause } from 'node:timers/promises'
import type { AgentScript, ScriptStep } from './agent-script.ts'
import type { Attachments } from '../conversation/attachments.ts'
import type { Conversations } from '../conversation/conversations.ts'
import type { Conversation, GuestSession } from '../conversation/guest-session.ts'
import { type Content, type MessageEvent, outboundMessage, pushed, typing } from '../socket/payloads.ts'
import type { Settings } from '../settings.ts'

/** A sentence, or a structured message. `content` is passed on unchanged. */
export interface AgentMessage {
  text?: string
  quickReplies?: readonly (string | { text: string; payload: string })[]
  card?: { title: string; description?: string; image?: string; actions: readonly object[] }
  file?: { name: string; mediaType: string; bytes: string | Uint8Array }
  content?: readonly Content[]
  /** Instead of a message: an offer or a request to sign in, passed on unchanged. */
  events?: readonly MessageEvent[]
}

/** The agent's view of a guest's message. */
export interface Heard {
  text: string
  /** Names of the files in the message. */
  files: string[]
}

const TYPING_MS = 5000

/** The person in the contact center, and the bot that replies first. */
export function createAgent(parts: {
  settings: Settings
  conversations: Conversations
  attachments: Attachments
}) {
  const { settings, conversations, attachments } = parts
  const { script } = settings
  const gone = new AbortController()

  function says(session: GuestSession, what: string | AgentMessage, as: 'agent' | 'bot' = 'agent') {
    const said = typeof what === 'string' ? { text: what } : what
    const { outboundTextChars } = settings.limits
    if ((said.text ?? '').length > outboundTextChars) {
      throw new RangeError(`An agent's text has at most ${outboundTextChars} characters`)
    }
    const conversation = conversations.begin(session)
    if (as === 'agent') conversation.isQueued = false
    const from = settings.humanize ? script[as] : undefined
    const entity = as === 'bot' ? 'Bot' : 'Human'
    const message = outboundMessage(session.nextTime(), partOf(said, session), from, entity)
    conversations.keep(session, message)
    session.push(pushed('StructuredMessage', message))
    return message
  }

  function types(session: GuestSession, durationMs = TYPING_MS): void {
    const conversation = conversations.begin(session)
    if (!settings.showAgentTypingIndicator || conversation.typing.take() > 0) return
    const part = { type: 'Event' as const, events: typing(durationMs) }
    const from = settings.humanize ? script.agent : undefined
    session.push(pushed('StructuredMessage', outboundMessage(session.nextTime(), part, from, 'Human')))
  }

  /** Plays the script's steps for this event, after the steps that are still playing. */
  function hears(conversation: Conversation, heard: Heard | 'beginning'): void {
    const steps = heard === 'beginning' ? script.greeting : stepsFor(script, heard)
    if (steps.length === 0) return
    conversation.agentWork = conversation.agentWork
      .then(async () => {
        for (const step of steps) await play(conversation, filledIn(step, heard))
      })
      .catch((err: unknown) => {
        if (!gone.signal.aborted) throw err
      })
  }

  async function play(conversation: Conversation, step: ScriptStep): Promise<void> {
    const { session } = conversation
    const goesOn = () => conversation.connected && !gone.signal.aborted
    if (!goesOn()) return
    if (typeof step === 'object' && 'leave' in step) {
      conversations.disconnect(conversation)
    } else if (typeof step === 'object' && 'typeForMs' in step) {
      await typeFor(session, step.typeForMs)
    } else {
      const as = typeof step === 'object' && 'as' in step ? step.as : 'agent'
      if (as !== 'bot') await typeFor(session, settings.agentDelayMs)
      if (goesOn()) says(session, messageOf(step), as)
    }
  }

  async function typeFor(session: GuestSession, durationMs: number): Promise<void> {
    types(session)
    if (durationMs > 0) await pause(durationMs, undefined, { signal: gone.signal })
  }

  function partOf(said: AgentMessage, session: GuestSession) {
    if (said.events) return { type: 'Event' as const, events: [...said.events] }
    const content = [...contentOf(said), ...(said.content ?? [])]
    if (said.file) content.push(attachments.ofAgent(said.file, session))
    const onlyFiles = content.every(({ contentType }) => contentType === 'Attachment')
    return {
      type: onlyFiles ? ('Text' as const) : ('Structured' as const),
      ...(said.text !== undefined && { text: said.text }),
      ...(content.length > 0 && { content }),
    }
  }

  return { says, types, hears, stop: () => gone.abort() }
}

export type Agent = ReturnType<typeof createAgent>

function stepsFor(script: AgentScript, heard: Heard): ScriptStep[] {
  if (heard.files.length > 0 && script.file.length > 0) return script.file
  const words: string[] = heard.text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []
  const fits = (when: string) => words.includes(when.toLowerCase()) || heard.text === when
  return script.answers.find((answer) => answer.when.some(fits))?.do ?? script.otherwise
}

function filledIn(step: ScriptStep, heard: Heard | 'beginning'): ScriptStep {
  if (heard === 'beginning') return step
  const fill = (text: string) =>
    text.replaceAll('{text}', () => heard.text).replaceAll('{file}', () => heard.files.join(', '))
  if (typeof step === 'string') return fill(step)
  return 'say' in step && step.say !== undefined ? { ...step, say: fill(step.say) } : step
}

function messageOf(
  step: Exclude<ScriptStep, { leave: true } | { typeForMs: number }>,
): string | AgentMessage {
  if (typeof step === 'string') return step
  if ('send' in step) return compact(step.send)
  if ('ask' in step) return { text: step.ask, quickReplies: step.choices }
  if ('card' in step) return { text: step.say ?? step.card.title, card: compact(step.card) }
  if ('file' in step) {
    const { name, mediaType, text } = step.file
    return { ...(step.say !== undefined && { text: step.say }), file: { name, mediaType, bytes: text } }
  }
  return step.say
}

function compact<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as never
}

function contentOf(said: AgentMessage): Content[] {
  const replies = (said.quickReplies ?? []).map((reply) => {
    const { text, payload } = typeof reply === 'string' ? { text: reply, payload: reply } : reply
    return { contentType: 'QuickReply', quickReply: { text, payload, action: 'Message' } }
  })
  // Genesys: its mobile SDK drops a message with a card that has no description.
  return said.card ? [...replies, { contentType: 'Card', card: { description: '', ...said.card } }] : replies
}
