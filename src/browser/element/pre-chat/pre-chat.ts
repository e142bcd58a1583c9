import type {
  AttributeChanges,
  Deployment,
  GuestChatOptions,
  GuestDetails,
} from '../../client/chat-client.ts'
import type {
  Form,
  FormAnswer,
  FormField,
  InputMode,
  LocalizedText,
  PreChatField,
} from '../../../contract/contract.ts'
import type { ChatView } from '../chat-view.ts'
import { h } from '../dom.ts'
import { chatOptions } from '../element-options.ts'
import { NO_MESSAGE } from '../structured/no-message.ts'
import type * as StructuredContent from '../structured/structured-content.ts'
import { adoptStyles } from '../styles/sheets.ts'
import type { Texts } from '../texts/texts-shape.ts'
import { inLanguage } from '../texts/in-language.ts'
import { PRE_CHAT_TEXTS } from './pre-chat-texts.ts'

type PreChatForm = NonNullable<Deployment['preChat']>

const INPUT_MODES: Readonly<Record<string, InputMode>> = { email: 'email', phone: 'tel' }
const AUTOCOMPLETE: Readonly<Record<string, string>> = { name: 'name', email: 'email', phone: 'tel' }
const MAX_CHARS: Readonly<Record<string, number>> = { name: 256, email: 320, phone: 32 }
/** The service checks the same patterns. */
const PATTERNS: Readonly<Record<string, RegExp>> = {
  email: /^[^\s@]+@[^\s@.]+(?:\.[^\s@.]+)+$/,
  phone: /^\+?[0-9 ().-]{3,32}$/,
}

interface Options {
  readonly texts: Texts
  readonly locale: string
  readonly language: string
  readonly loadStructuredContent: () => Promise<typeof StructuredContent>
}

/**
 * In place of the conversation, shows a form that asks for the details that the page does not know about the guest.
 * This bundle is loaded only if the service has a pre-chat form.
 * @returns the answers; undefined if everything is known, or the form cannot be shown
 */
export async function askGuest(
  panel: HTMLElement,
  form: PreChatForm,
  options: Options,
): Promise<GuestDetails | undefined> {
  const { texts, locale, language } = options
  const host = (panel.getRootNode() as ShadowRoot).host as HTMLElement & GuestChatOptions
  const known = chatOptions(host, 'memory', undefined).guest ?? {}
  const isSignedIn = host.userToken !== undefined
  const fields = form.fields.filter(
    (field) => !isKnown(field, known) && !(isSignedIn && field.askSignedIn === false),
  )
  const structured = await options.loadStructuredContent().catch(() => undefined)
  if (fields.length === 0 || structured === undefined) return undefined
  const words = inLanguage(PRE_CHAT_TEXTS, language)
  const hadFocus = panel.matches(':focus-within')
  const problem = h('p', { class: 'pre-chat-problem', role: 'alert' })
  return new Promise((resolve) => {
    const view: ChatView = {
      texts: { ...texts, sendForm: words.start },
      locale,
      reply(message) {
        const answers = 'form' in message ? message.form.answers : []
        const wrong = fields.find(({ key }) => {
          const text = answers.find(({ id }) => id === key)?.text
          return text !== undefined && PATTERNS[key]?.test(text) === false
        })
        problem.textContent = wrong ? words[wrong.key === 'email' ? 'email' : 'phone'] : ''
        if (wrong) {
          const written = fields.filter(({ choices }) => choices === undefined)
          node.querySelectorAll<HTMLElement>('.input')[written.indexOf(wrong)]?.focus()
          return
        }
        const hasFocus = node.matches(':focus-within')
        node.remove()
        panel.classList.remove('before-chat')
        if (hasFocus) panel.querySelector<HTMLElement>('.field')?.focus()
        resolve(detailsOf(answers, known))
      },
      retry: () => {},
      discard: () => {},
      fileUrl: () => Promise.resolve(''),
      onFileProblem: () => {},
    }
    const part = formPart(form, fields, language)
    const shown = structured.structuredView(part, NO_MESSAGE, view)
    const node = h('div', { class: 'pre-chat' }, shown.node, problem)
    panel.querySelector('.header')?.after(node)
    panel.classList.add('before-chat')
    adoptStyles(panel, structured.structuredStyles)
    adoptStyles(panel, preChatStyles)
    if (hadFocus) node.querySelector<HTMLElement>('.input')?.focus()
  })
}

function isKnown({ key }: PreChatField, known: GuestDetails): boolean {
  if (key === 'name' || key === 'email' || key === 'phone') return Boolean(known[key])
  const value = known.attributes?.[key]
  return value !== undefined && value !== null && value !== ''
}

function detailsOf(answers: readonly FormAnswer[], known: GuestDetails): GuestDetails {
  const details: Record<string, string> = {}
  const attributes: Record<string, AttributeChanges[string]> = { ...known.attributes }
  for (const { id, payload } of answers) {
    if (payload === '') continue
    if (Object.hasOwn(AUTOCOMPLETE, id)) details[id] = payload
    else attributes[id] = payload
  }
  return { ...details, attributes }
}

function formPart(form: PreChatForm, fields: readonly PreChatField[], language: string): Form {
  const title = textIn(form.title, language)
  const subtitle = textIn(form.subtitle, language)
  return {
    type: 'form',
    cannedResponseId: '',
    ...(title !== undefined && { prompt: { title, ...(subtitle !== undefined && { subtitle }) } }),
    pages: [{ fields: fields.map((field) => formField(field, language)) }],
    showSummary: false,
  }
}

function formField(field: PreChatField, language: string): FormField {
  const { key, choices, required = false, multiline = false } = field
  const title = textIn(field.label, language) ?? key
  const hint = textIn(field.hint, language)
  if (choices) {
    const items = choices.map(({ value, label }) => ({ id: value, title: textIn(label, language) ?? value }))
    return { type: 'list', id: key, sections: [{ title, multipleSelection: false, items }] }
  }
  const autocomplete = AUTOCOMPLETE[key]
  return {
    type: 'input',
    id: key,
    title,
    ...(hint !== undefined && { subtitle: hint }),
    required,
    multiline,
    maxChars: MAX_CHARS[key] ?? 256,
    inputMode: INPUT_MODES[key] ?? 'text',
    ...(autocomplete !== undefined && { autocomplete }),
  }
}

/**
 * The text in the language of the chat or a regional variant of it, otherwise in English, otherwise in the first
 * language that the text has.
 */
function textIn(text: LocalizedText | undefined, language: string): string | undefined {
  if (text === undefined || typeof text === 'string') return text
  const base = (tag: string) => tag.toLowerCase().split(/[-_]/)[0]
  const exact = Object.keys(text).find((tag) => tag.toLowerCase() === language.toLowerCase())
  const similar = Object.keys(text).find((tag) => base(tag) === base(language))
  return text[exact ?? similar ?? 'en'] ?? Object.values(text)[0]
}

/** Styles for the form, which takes the place of the conversation. */
const preChatStyles = `
.pre-chat { flex: 1; min-height: 0; overflow-y: auto; padding: 1rem; }
.pre-chat ~ .log, .pre-chat ~ .composer { display: none; }
.pre-chat .picker { width: 100%; padding: 0; overflow: visible; border: 0; background: none; }
.pre-chat-problem { color: var(--_danger); margin-top: 0.75rem; }
.pre-chat-problem:empty { margin: 0; }
`
