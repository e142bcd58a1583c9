import type { Availability, Callback, ChatProblem, GuestChat } from '../../client/chat-client.ts'
import type { Form, FormAnswer, FormField } from '../../../contract/contract.ts'
import { randomKey } from '../../client/outbox.ts'
import type { ChatView } from '../chat-view.ts'
import { createButton } from '../button.ts'
import { h } from '../dom.ts'
import { NO_MESSAGE } from '../structured/no-message.ts'
import type * as StructuredContent from '../structured/structured-content.ts'
import { adoptStyles } from '../styles/sheets.ts'
import { fill } from '../texts/fill.ts'
import { lazyTexts } from '../texts/lazy-texts.ts'
import type { Texts } from '../texts/texts-shape.ts'
import { CALLBACK_TEXTS, type CallbackTexts } from './callback-texts.ts'

const STEP_MS = 30 * 60_000
const DAY_MS = 24 * 60 * 60_000
const MAX_DAYS_AHEAD = 30
/** The service checks the same limits. */
const MAX_NAME_CHARS = 256
const MAX_PHONE_CHARS = 40

export interface CallbackFormOptions {
  readonly host: HTMLElement
  readonly chat: Pick<GuestChat, 'availability'>
  /** Creates a second client with a separate session, so that the conversation stays unchanged. */
  readonly newChat: () => GuestChat
  readonly texts: Texts
  readonly language: string
  readonly locale: string
  readonly loadStructuredContent: () => Promise<typeof StructuredContent>
}

interface FormParts extends CallbackFormOptions {
  readonly words: CallbackTexts
  readonly structured: typeof StructuredContent
  /** Whether the contact center is open; undefined if that is not known. */
  readonly opening: Availability | undefined
  readonly problem: HTMLElement
  /** @param thanks the text to show after a request; undefined if the guest has not requested a call */
  readonly onClose: (thanks?: string) => void
}

/**
 * Adds a button to the notice that the contact center is closed. The button opens a form for requesting a callback.
 * This bundle is loaded only if the contact center is closed and the service accepts callbacks.
 * @param place gets the class `asking` while the form is shown
 */
export function offerCallback(place: HTMLElement, options: CallbackFormOptions): void {
  const { chat, texts, language } = options
  const words = lazyTexts(CALLBACK_TEXTS, texts, language)
  const offer = createButton(words.callbackSend, () => void ask(), 'primary')
  const problem = h('p', { class: 'callback-problem', role: 'alert' })
  adoptStyles(place, callbackStyles)
  place.querySelector('slot')?.before(offer, problem)

  async function ask(): Promise<void> {
    problem.textContent = ''
    try {
      const [structured, opening] = await Promise.all([
        options.loadStructuredContent(),
        // If the state is unknown, the guest chooses a time.
        chat.availability().catch(() => undefined),
      ])
      if (place.classList.contains('asking')) return
      const form = callbackForm({ ...options, words, structured, opening, problem, onClose })
      adoptStyles(place, structured.structuredStyles)
      place.classList.add('asking')
      place.append(form)
      form.querySelector('input')?.focus()
    } catch {
      problem.textContent = texts.problems.other
    }
  }

  function onClose(thanks?: string): void {
    problem.textContent = ''
    place.classList.remove('asking')
    place.querySelector('.callback')?.remove()
    offer.after(problem)
    if (thanks === undefined) {
      offer.focus()
      return
    }
    const node = h('p', { class: 'callback-thanks', tabindex: '-1', role: 'status' }, thanks)
    offer.replaceWith(node)
    node.focus()
  }
}

function callbackForm(parts: FormParts): HTMLElement {
  const { host, words, texts, locale, structured, opening, problem, onClose } = parts
  const session = parts.newChat()
  // If the contact center is open, staffed or not, the guest is called as soon as an agent is free.
  const asksForTime = opening?.state !== 'open' && opening?.state !== 'unstaffed'
  const view: ChatView = {
    texts: { ...texts, sendForm: words.callbackSend },
    locale,
    reply: (message) => void send('form' in message ? message.form.answers : []),
    retry: () => {},
    discard: () => {},
    fileUrl: () => Promise.resolve(''),
    onFileProblem: () => {},
  }
  const form = structured.structuredView(formPart(words, asksForTime), NO_MESSAGE, view).node
  const [name, phone] = form.querySelectorAll<HTMLInputElement>('input')
  const day = choice(words.callbackDay, nextDays(locale))
  const time = choice(words.callbackTime, timesOfDay(locale))
  let lastBody = ''
  let key = ''
  let isSending = false
  if (name) name.value = host.getAttribute('name') ?? ''
  if (phone) phone.value = host.getAttribute('phone') ?? ''
  if (asksForTime) form.querySelector('.form-step')?.lastElementChild?.before(day.node, time.node)
  propose(opening?.opensAt)

  /** Selects the first full or half hour at or after a time. */
  function propose(at: string | undefined): void {
    if (at === undefined) return
    const local = localTime(Date.parse(at), STEP_MS)
    day.select.value = local.slice(0, 10)
    time.select.value = local.slice(11, 16)
  }

  async function send(answers: readonly FormAnswer[]): Promise<void> {
    if (isSending) return
    isSending = true
    problem.textContent = ''
    const answer = (id: string) => answers.find((each) => each.id === id)?.payload ?? ''
    const at = asksForTime && new Date(`${day.select.value}T${time.select.value}`).toISOString()
    const body = JSON.stringify({ name: answer('name'), phone: answer('phone'), ...(at && { at }) })
    // Sending the same request again is a retry, which must not cause a second call.
    if (body !== lastBody) key = randomKey()
    lastBody = body
    try {
      await session.open()
      const response = await session.fetch('callbacks', {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', 'Idempotency-Key': key },
        body,
      })
      const { at: agreed } = (await response.json()) as Callback
      close(agreed === undefined ? words.callbackSoon : withTime(words.callbackAt, agreed, locale))
    } catch (error) {
      refuse(error as ChatProblem)
    }
    isSending = false
  }

  function refuse(refusal: ChatProblem): void {
    const { code, nextPossibleAt } = refusal
    const wrong = code === 'invalid_request' ? refusal.errors[0]?.path : undefined
    if (code === 'callback_outside_hours')
      problem.textContent =
        nextPossibleAt === undefined
          ? words.callbackClosed
          : withTime(words.callbackNext, nextPossibleAt, locale)
    else if (wrong === 'phone') problem.textContent = words.callbackPhoneWrong
    else if (wrong === 'at') problem.textContent = words.callbackTimeWrong
    else problem.textContent = texts.problems[code] ?? texts.problems.other
    propose(nextPossibleAt)
    if (wrong === 'phone') phone?.focus()
    if (wrong === 'at') day.select.focus()
  }

  function close(thanks?: string): void {
    session.close()
    onClose(thanks)
  }

  return h(
    'div',
    { class: 'callback' },
    form,
    problem,
    createButton(texts.back, () => close()),
  )
}

function formPart(words: CallbackTexts, asksForTime: boolean): Form {
  const fields: FormField[] = [
    input('name', { title: words.callbackName, autocomplete: 'name', maxChars: MAX_NAME_CHARS }),
    input('phone', {
      title: words.callbackPhone,
      subtitle: words.callbackPhoneHint,
      autocomplete: 'tel',
      inputMode: 'tel',
      maxChars: MAX_PHONE_CHARS,
    }),
  ]
  return {
    type: 'form',
    cannedResponseId: '',
    prompt: { title: asksForTime ? words.callbackTitle : words.callbackSend },
    pages: [{ fields }],
    showSummary: false,
  }
}

function withTime(text: string, at: string, locale: string): string {
  const write = (format: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat(locale, format).format(Date.parse(at))
  return fill(text, {
    day: write({ weekday: 'long', day: 'numeric', month: 'long' }),
    time: write({ hour: 'numeric', minute: '2-digit' }),
  })
}

type Input = Extract<FormField, { readonly type: 'input' }>

function input(id: string, more: Pick<Input, 'maxChars'> & Partial<Input>): Input {
  return { type: 'input', id, required: true, multiline: false, inputMode: 'text', ...more }
}

/** A list in which one item is always selected. Unlike a date field, it is in the chat's language and direction. */
function choice(label: string, options: readonly HTMLOptionElement[]) {
  const select = h('select', { class: 'input' }, ...options)
  return {
    select,
    node: h(
      'label',
      { class: 'form-field' },
      h('span', { class: 'field-label' }, label),
      h('span', { class: 'select' }, select),
    ),
  }
}

/** `2026-11-26T09:00:00.000Z`, where `Z` means the guest's own time zone. */
function localTime(timeMs: number, roundUpToMs = 1): string {
  const localMs = timeMs - new Date(timeMs).getTimezoneOffset() * 60_000
  return new Date(Math.ceil(localMs / roundUpToMs) * roundUpToMs).toISOString()
}

function nextDays(locale: string): HTMLOptionElement[] {
  const format = new Intl.DateTimeFormat(locale, { weekday: 'long', day: 'numeric', month: 'long' })
  return Array.from({ length: MAX_DAYS_AHEAD }, (_, i) => {
    const day = new Date()
    day.setDate(day.getDate() + i)
    return h('option', { value: localTime(+day).slice(0, 10) }, format.format(day))
  })
}

function timesOfDay(locale: string): HTMLOptionElement[] {
  const format = new Intl.DateTimeFormat(locale, { hour: 'numeric', minute: '2-digit', timeZone: 'UTC' })
  return Array.from({ length: DAY_MS / STEP_MS }, (_, i) =>
    h('option', { value: new Date(i * STEP_MS).toISOString().slice(11, 16) }, format.format(i * STEP_MS)),
  )
}

const callbackStyles = `
.closed > .action { align-self: center; padding: 0.75rem 1rem; }
.after-hours .closed > .action { display: none; }
.closed.asking { justify-content: flex-start; padding: 1rem; }
.closed.asking > :not(.callback) { display: none; }
.callback { display: flex; flex-direction: column; gap: 0.5rem; text-align: start; color: var(--_text); text-wrap: wrap; }
.callback .form-field { display: block; margin-top: 0.5rem; }
.callback .picker { width: 100%; padding: 0; overflow: visible; border: 0; background: none; }
.callback-problem { color: var(--_danger); }
.callback-thanks { color: var(--_text); font-weight: 600; }
.callback-thanks:focus { outline: none; }
.callback-problem:empty { display: none; }
`
