import type { ChatMessage } from '../../client/chat-client.ts'
import type { FormAnswer } from '../../../contract/contract.ts'
import { questionKey } from '../answers.ts'
import type { ChatView } from '../chat-view.ts'
import type { Part } from '../content-part.ts'
import { h, toggle } from '../dom.ts'
import { fill } from '../texts/fill.ts'
import { listOf, question, type Question } from './picker-view.ts'

type Form = Part<'form'>
type FieldOf<Type> = Extract<Form['pages'][number]['fields'][number], { readonly type: Type }>

interface Field {
  readonly id: string
  readonly label: string
  readonly node: HTMLElement
  readonly isRequired: boolean
  answers(): readonly FormAnswer[]
  /** Marks the field if its entry is missing or invalid. @returns whether the entry is valid */
  check(): boolean
}

interface Step {
  readonly node: HTMLElement
  readonly fields: readonly Field[]
  /** Updates the step when it is shown. */
  show?(): void
}

let controls = 0

/** A form, shown page by page. If the form requires it, the guest reviews all answers before they are sent. */
export function formView(form: Form, message: ChatMessage, view: ChatView): Question {
  const { texts } = view
  const pages = form.pages.map((page) => pageStep(page, view))
  const fields = pages.flatMap((page) => page.fields)
  const steps: Step[] = [...pages]
  if (form.introduction) steps.unshift(introductionStep(form.introduction))
  if (form.showSummary) steps.push(summaryStep(fields, texts.reviewAnswers))
  let at = 0

  const progress = h('p', { class: 'form-progress' })
  const back = h(
    'button',
    { type: 'button', class: 'action', part: 'button', onclick: () => go(at - 1) },
    texts.back,
  )
  const onward = h('button', { type: 'submit', class: 'action primary', part: 'button' })
  const choices = h(
    'form',
    { class: 'choices form', novalidate: true, onsubmit: advance },
    progress,
    ...steps.map(({ node }) => node),
    h('div', { class: 'form-actions' }, back, onward),
  )

  function go(next: number, withFocus = true): void {
    at = next
    steps.forEach(({ node }, i) => toggle(node, i === at))
    steps[at]?.show?.()
    toggle(back, at > 0)
    toggle(progress, steps.length > 1)
    progress.textContent = fill(texts.step, { step: at + 1, count: steps.length })
    const proceed = (at === 0 && form.introduction?.buttonText) || texts.next
    onward.textContent = at === steps.length - 1 ? texts.sendForm : proceed
    if (withFocus) steps[at]?.node.focus()
  }

  function advance(event: Event): void {
    event.preventDefault()
    const step = steps[at]
    const missing = step?.fields.filter((field) => !field.check()) ?? []
    if (missing.length > 0) step?.node.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus()
    else if (at < steps.length - 1) go(at + 1)
    else send()
  }

  function send(): void {
    const text = form.reply?.title
    view.reply({
      form: {
        cannedResponseId: form.cannedResponseId,
        answers: fields.flatMap((field) => field.answers()),
        inReplyTo: questionKey(form, message),
        ...(text !== undefined && { text }),
      },
    })
  }

  go(0, false)
  const heading = message.text?.includes(form.prompt?.title ?? '') ? {} : (form.prompt ?? {})
  const label = form.prompt?.title ?? form.introduction?.title ?? form.pages[0]?.title ?? texts.reviewAnswers
  const asked = question(heading, label, choices, view)
  const given = h('div', { hidden: true })
  asked.node.append(given)
  return {
    node: asked.node,
    close(answer) {
      toggle(choices, answer === undefined)
      toggle(given, answer !== undefined)
      given.replaceChildren(...(answer ? [answerList(answersOf(answer), fields)] : []))
    },
  }
}

/** The form answers in a message. */
function answersOf({ content = [] }: ChatMessage): readonly FormAnswer[] {
  return content.flatMap((part) => (part.type === 'form-response' ? part.answers : []))
}

function answerList(answers: readonly FormAnswer[], fields: readonly Field[]): HTMLElement {
  const rows = fields.flatMap(({ id, label }) => {
    const values = answers.filter((answer) => answer.id === id && answer.text !== '')
    return [h('dt', {}, label), h('dd', {}, values.map(({ text }) => text).join(', ') || '—')]
  })
  return h('dl', { class: 'form-answers' }, ...rows)
}

function introductionStep(introduction: NonNullable<Form['introduction']>): Step {
  const { title, subtitle } = introduction
  return { fields: [], node: stepNode(title, subtitle) }
}

function summaryStep(fields: readonly Field[], title: string): Step {
  const answers = h('div')
  return {
    fields: [],
    node: stepNode(title, undefined, answers),
    show: () =>
      answers.replaceChildren(
        answerList(
          fields.flatMap((field) => field.answers()),
          fields,
        ),
      ),
  }
}

function pageStep(page: Form['pages'][number], view: ChatView): Step {
  const fields = page.fields.map((field) => fieldOf(field, page.title, view))
  const hint = fields.some(({ isRequired }) => isRequired) && requiredHint(view)
  const nodes = [...fields.map(({ node }) => node), ...(hint ? [hint] : [])]
  return { fields, node: stepNode(page.title, page.subtitle, ...nodes) }
}

/** Explains the asterisk to sighted guests; screen readers announce required fields themselves. */
function requiredHint({ texts }: ChatView): HTMLElement {
  return h('p', { class: 'card-description', 'aria-hidden': 'true' }, texts.requiredHint)
}

function stepNode(
  title: string | undefined,
  subtitle: string | undefined,
  ...children: HTMLElement[]
): HTMLElement {
  return h(
    'div',
    { class: 'form-step', role: 'group', tabindex: '-1', ...(title && { 'aria-label': title }) },
    title !== undefined && h('p', { class: 'card-title' }, title),
    subtitle !== undefined && h('p', { class: 'card-description' }, subtitle),
    ...children,
  )
}

/** A field with its own label. A wheel has no title, so the summary labels it with the title of its page. */
function fieldOf(
  field: Form['pages'][number]['fields'][number],
  pageTitle: string | undefined,
  view: ChatView,
): Field {
  const { answer, choose } = view.texts
  switch (field.type) {
    case 'input':
      return inputField(field, field.title ?? field.placeholder ?? answer, view)
    case 'date':
      return dateField(field, field.title ?? choose, view)
    case 'list':
      return listField(field, field.prompt?.title ?? field.sections[0]?.title ?? choose)
    case 'wheel':
      return { ...wheelField(field, choose, view), label: pageTitle ?? choose }
  }
}

function inputField(field: FieldOf<'input'>, label: string, view: ChatView): Field {
  const common = {
    class: 'input',
    // The default is a space, because an empty field without a placeholder never matches :placeholder-shown.
    placeholder: field.placeholder ?? ' ',
    maxlength: field.maxChars,
    inputmode: field.inputMode,
    autocomplete: field.autocomplete ?? 'off',
    dir: 'auto',
  }
  const input = field.multiline
    ? h('textarea', { ...common, rows: '3' })
    : h('input', { ...common, type: 'text' })
  const value = () => input.value.trim()
  return {
    id: field.id,
    label,
    ...labelled(label, field.subtitle, input, () => !field.required || value() !== '', field.required, view),
    answers: () => (value() === '' ? [] : [{ id: field.id, text: value(), payload: value() }]),
  }
}

/** A field for a date, which Genesys expects as midnight UTC. */
function dateField(field: FieldOf<'date'>, label: string, view: ChatView): Field {
  const bound = (time: string | undefined) => time?.slice(0, 10)
  const input = h('input', {
    type: 'date',
    class: 'input',
    min: bound(field.dateMinimum),
    max: bound(field.dateMaximum),
  })
  const isValid = () => input.value !== '' && !input.validity.rangeOverflow && !input.validity.rangeUnderflow
  return {
    id: field.id,
    label,
    ...labelled(label, field.subtitle, input, isValid, true, view),
    answers: () =>
      input.value === ''
        ? []
        : [
            {
              id: field.id,
              text: dateText(input.value, field.dateFormat),
              payload: `${input.value}T00:00:00.000Z`,
            },
          ],
  }
}

/** The date in the format that the form defines, as the agent reads it. */
function dateText(value: string, format: FieldOf<'date'>['dateFormat'] = 'month-day-year'): string {
  const [year = '', month = '', day = ''] = value.split('-')
  const parts = { 'day-month-year': [day, month, year], 'year-month-day': [year, month, day] }
  return (format === 'month-day-year' ? [month, day, year] : parts[format]).join('/')
}

function listField(field: FieldOf<'list'>, label: string): Field {
  const list = listOf(field.sections)
  return {
    id: field.id,
    label,
    node: h('div', { class: 'form-field' }, ...list.nodes),
    isRequired: false,
    check: () => true,
    answers() {
      const chosen = list.chosen()
      return chosen.length > 0
        ? chosen.map((reply) => ({ id: field.id, ...reply }))
        : [{ id: field.id, text: '', payload: '' }]
    },
  }
}

function wheelField(field: FieldOf<'wheel'>, label: string, view: ChatView): Field {
  const options = field.items.map((item) =>
    h('option', { value: item.id }, item.title || item.value || item.id),
  )
  const select = h('select', { class: 'input' }, h('option', { value: '' }, view.texts.choose), ...options)
  return {
    id: field.id,
    label,
    ...labelled(label, undefined, select, () => true, false, view),
    answers: () => {
      const item = field.items.find(({ id }) => id === select.value)
      return [
        { id: field.id, text: item ? item.title || item.value || item.id : '', payload: item?.id ?? '' },
      ]
    },
  }
}

/** A control with its label, a description, and a line for errors. */
function labelled(
  label: string,
  subtitle: string | undefined,
  control: HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement,
  isValid: () => boolean,
  isRequired: boolean,
  { texts }: ChatView,
): Pick<Field, 'node' | 'isRequired' | 'check'> {
  const id = `field-${(controls += 1)}`
  const error = h('p', { class: 'reason', id: `${id}-error`, hidden: true }, texts.required)
  const hint = subtitle !== undefined && h('p', { class: 'card-description', id: `${id}-hint` }, subtitle)
  control.id = id
  control.setAttribute('aria-describedby', `${id}-error${hint ? ` ${id}-hint` : ''}`)
  if (isRequired) control.setAttribute('aria-required', 'true')
  const mark = (isMissing: boolean) => {
    toggle(error, isMissing)
    control.setAttribute('aria-invalid', String(isMissing))
  }
  control.addEventListener('input', () => mark(false))
  const star = isRequired && h('span', { 'aria-hidden': 'true' }, ' *')
  return {
    isRequired,
    node: h(
      'div',
      { class: 'form-field' },
      h('label', { for: id, class: 'field-label' }, label, star),
      hint,
      control instanceof HTMLSelectElement ? h('span', { class: 'select' }, control) : control,
      error,
    ),
    check() {
      mark(!isValid())
      return isValid()
    },
  }
}
