import { readFileSync } from 'node:fs'
import * as z from 'zod'
import { SHOWCASE } from './showcase.ts'

const Choice = z.strictObject({ text: z.string().min(1), payload: z.string().min(1) })

const CardAction = z.union([
  z.strictObject({ type: z.literal('Link'), text: z.string(), url: z.url() }),
  z.strictObject({ type: z.literal('Postback'), text: z.string(), payload: z.string() }),
])

const Card = z.strictObject({
  title: z.string(),
  description: z.string().optional(),
  image: z.url().optional(),
  actions: z.array(CardAction).min(1),
})

const File = z.strictObject({ name: z.string(), mediaType: z.string(), text: z.string() })

/** Anything that the platform can send, in its wire format. */
const Raw = z.strictObject({
  text: z.string().optional(),
  content: z.array(z.looseObject({ contentType: z.string() })).optional(),
  events: z.array(z.looseObject({ eventType: z.string() })).optional(),
})

const Step = z.union([
  z.string().min(1),
  z.strictObject({ say: z.string().min(1), as: z.enum(['agent', 'bot']).optional() }),
  z.strictObject({ ask: z.string().min(1), choices: z.array(Choice).min(1) }),
  z.strictObject({ card: Card, say: z.string().optional() }),
  z.strictObject({ file: File, say: z.string().optional() }),
  z.strictObject({ send: Raw, as: z.enum(['agent', 'bot']).optional() }),
  z.strictObject({ typeForMs: z.int().min(0) }),
  z.strictObject({ leave: z.literal(true) }),
])

const Person = z.strictObject({
  nickname: z.string().min(1),
  firstName: z.string().optional(),
  lastName: z.string().optional(),
  image: z.string().optional(),
})

/**
 * What the agent does, as a JSON file:
 *
 * ```json
 * {
 *   "bot": { "nickname": "Robot Friend" },
 *   "agent": { "nickname": "Ada", "firstName": "Ada" },
 *   "greeting": [{ "say": "Welcome!", "as": "bot" }],
 *   "answers": [
 *     {
 *       "when": ["price", "cost"],
 *       "do": ["It is free.", { "ask": "Anything else?", "choices": [{ "text": "No", "payload": "bye" }] }]
 *     },
 *     { "when": ["bye"], "do": ["Goodbye!", { "leave": true }] }
 *   ],
 *   "file": ["Thank you for {file}."],
 *   "otherwise": ["You said: {text}"]
 * }
 * ```
 *
 * `greeting` is played when a conversation starts, and `file` after a message with a file. Any other message gets the
 * first answer with a word in `when` that occurs in the text, or is the payload of the guest's choice. If there is no such
 * answer, `otherwise` is played. `{text}` and `{file}` are replaced by what the guest sent.
 *
 * A step is a sentence, or one of `{say, as?}`, `{ask, choices}`, `{card, say?}`,
 * `{file: {name, mediaType, text}, say?}`, `{typeForMs}`, `{leave: true}`, or
 * `{send: {text?, content?, events?}, as?}` for anything else that the platform sends.
 */
export const AgentScriptSchema = z.strictObject({
  bot: Person.default({ nickname: 'Robot Friend' }),
  agent: Person.default({ nickname: 'Ada', firstName: 'Ada' }),
  greeting: z.array(Step).default([]),
  answers: z
    .array(z.strictObject({ when: z.array(z.string().min(1)).min(1), do: z.array(Step).min(1) }))
    .default([]),
  file: z.array(Step).default([]),
  otherwise: z.array(Step).default([]),
})

export type AgentScript = z.infer<typeof AgentScriptSchema>
export type ScriptStep = z.infer<typeof Step>

/** An agent who writes only when a test requests it. */
export const SILENT_SCRIPT: AgentScript = AgentScriptSchema.parse({})

export const DEFAULT_SCRIPT: AgentScript = AgentScriptSchema.parse({
  agent: { nickname: 'Ada', firstName: 'Ada', lastName: 'Lovelace' },
  greeting: [{ say: 'Welcome! I am a robot. A person will be with you in a moment.', as: 'bot' }],
  answers: [
    { when: ['bye', 'goodbye'], do: ['Thank you for talking to us. Goodbye!', { leave: true }] },
    {
      when: ['reply', 'replies', 'choice'],
      do: [
        {
          ask: 'Which one would you like?',
          choices: [
            { text: 'A card', payload: 'card' },
            { text: 'A file', payload: 'file' },
            { text: 'Goodbye', payload: 'bye' },
          ],
        },
      ],
    },
    {
      when: ['card'],
      do: [
        {
          card: {
            title: 'A card',
            description: 'Cards have a title, a sentence and buttons.',
            actions: [
              { type: 'Postback', text: 'Send me a file', payload: 'file' },
              { type: 'Link', text: 'Read more', url: 'https://example.com/' },
            ],
          },
        },
      ],
    },
    {
      when: ['file', 'attachment'],
      do: [{ file: { name: 'hello.txt', mediaType: 'text/plain', text: 'Hello!\n' }, say: 'Here you are.' }],
    },
    ...SHOWCASE,
    { when: ['hello', 'hi', 'hey'], do: ['Hello! I am Ada. How can I help you?'] },
  ],
  file: ['Thank you, I have received {file}.'],
  otherwise: [
    'You wrote: {text}',
    'Try "reply", "card", "carousel", "form", "list", "date", "link", "place", "rich", "file" or "bye".',
  ],
})

/** @throws {Error} that names the file and every mistake in it */
export function readAgentScript(path: string): AgentScript {
  let json: unknown
  try {
    json = JSON.parse(readFileSync(path, 'utf8'))
  } catch (err) {
    throw new Error(`The agent script ${path} cannot be read as JSON`, { cause: err })
  }
  const { success, data, error } = AgentScriptSchema.safeParse(json)
  if (!success) throw new Error(`The agent script ${path} is not usable:\n${z.prettifyError(error)}`)
  return data
}
