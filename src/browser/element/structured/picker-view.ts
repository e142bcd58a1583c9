import type { ChatMessage } from '../../client/chat-client.ts'
import type { Reply } from '../../../contract/contract.ts'
import { questionKey } from '../answers.ts'
import { safeUrl } from '../autolink.ts'
import { dayName, startOfDay, timeOfDay, type ChatView } from '../chat-view.ts'
import type { Part } from '../content-part.ts'
import { h, toggle } from '../dom.ts'
import { icon } from './icons.ts'

/** A question for the guest, shown until it is answered. */
export interface Question {
  readonly node: HTMLElement
  /**
   * Hides the choices when there is an answer; undefined shows them again. The guest's own message shows what was
   * chosen.
   */
  close(answer: ChatMessage | undefined): void
}

interface Heading {
  readonly title?: string | undefined
  readonly subtitle?: string | undefined
  readonly imageUrl?: string | undefined
}

type Section = Part<'list-picker'>['sections'][number]

/** A question: a picture, a title, a subtitle, and the choices. */
export function question(heading: Heading, label: string, choices: HTMLElement, view: ChatView): Question {
  const picture = safeUrl(heading.imageUrl)
  const answered = h('p', { class: 'answered', hidden: true }, icon('check'), view.texts.answered)
  const node = h(
    'div',
    { class: 'picker', part: 'picker', role: 'group', 'aria-label': heading.title ?? label },
    picture !== undefined && h('img', { class: 'card-picture', src: picture, alt: '', loading: 'lazy' }),
    heading.title !== undefined && h('p', { class: 'card-title' }, heading.title),
    heading.subtitle !== undefined && h('p', { class: 'card-description' }, heading.subtitle),
    choices,
    answered,
  )
  return {
    node,
    close(answer) {
      toggle(choices, answer === undefined)
      toggle(answered, answer !== undefined)
    },
  }
}

/** Times to choose from, grouped by day; if there are none, a field for a date and a time. */
export function datePickerView(picker: Part<'date-picker'>, message: ChatMessage, view: ChatView): Question {
  const label = picker.title ?? view.texts.chooseTime
  const inReplyTo = questionKey(picker, message)
  const answer = (time: Date) => {
    const text = `${dayName(time, view)}, ${timeOfDay(time, view.locale)}`
    view.reply({ date: { text, payload: time.toISOString(), inReplyTo } })
  }
  const times = picker.availableTimes
    .map(({ dateTime }) => new Date(dateTime))
    .filter((time) => !isNaN(+time))
    .sort((one, other) => +one - +other)
  const choices = h(
    'div',
    { class: 'choices' },
    ...(times.length > 0 ? days(times, answer, view) : [dateField(picker, label, answer, view)]),
  )
  return question({ ...picker, title: label }, label, choices, view)
}

function days(times: readonly Date[], answer: (time: Date) => void, view: ChatView): HTMLElement[] {
  return [...new Set(times.map(startOfDay))].map((day) => {
    const name = dayName(new Date(day), view)
    const ofDay = times.filter((time) => startOfDay(time) === day)
    const buttons = ofDay.map((time) =>
      h(
        'button',
        { type: 'button', class: 'slot', part: 'button', onclick: () => answer(time) },
        timeOfDay(time, view.locale),
      ),
    )
    return h(
      'div',
      { class: 'day', role: 'group', 'aria-label': name },
      h('p', { class: 'day-name' }, name),
      h('div', { class: 'slots' }, ...buttons),
    )
  })
}

function dateField(
  picker: Part<'date-picker'>,
  label: string,
  answer: (time: Date) => void,
  view: ChatView,
): HTMLElement {
  const field = h('input', {
    type: 'datetime-local',
    class: 'input',
    required: true,
    'aria-label': label,
    min: localTime(picker.dateMinimum),
    max: localTime(picker.dateMaximum),
  })
  const submit = (event: Event) => {
    event.preventDefault()
    answer(new Date(field.value))
  }
  return h(
    'form',
    { class: 'picker-form', onsubmit: submit },
    field,
    h(
      'button',
      {
        type: 'submit',
        class: 'action primary',
        part: 'button',
        'aria-label': `${view.texts.confirm}: ${label}`,
      },
      view.texts.confirm,
    ),
  )
}

/** The field expects the guest's local time, without a time zone. */
function localTime(dateTime: string | undefined): string | undefined {
  const time = new Date(dateTime ?? NaN)
  if (isNaN(+time)) return undefined
  return new Date(+time - time.getTimezoneOffset() * 60_000).toISOString().slice(0, 16)
}

/** Sections of items, from which the guest can choose one or more. */
export function listPickerView(picker: Part<'list-picker'>, message: ChatMessage, view: ChatView): Question {
  const confirm = h(
    'button',
    { type: 'submit', class: 'action primary', part: 'button', disabled: true },
    view.texts.confirm,
  )
  const list = listOf(picker.sections)
  const submit = (event: Event) => {
    event.preventDefault()
    const text = picker.reply?.subtitle
    const inReplyTo = questionKey(picker, message)
    view.reply({ list: { items: list.chosen(), inReplyTo, ...(text !== undefined && { text }) } })
  }
  const onchange = () => (confirm.disabled = list.chosen().length === 0)
  const choices = h('form', { class: 'choices', onsubmit: submit, onchange }, ...list.nodes, confirm)
  // The message's text may already contain the prompt, which the guest should see only once.
  const isTitleShown = message.text?.includes(picker.prompt?.title ?? '') === true
  const { title, ...rest } = picker.prompt ?? {}
  const label = title ?? picker.sections[0]?.title ?? view.texts.choose
  confirm.setAttribute('aria-label', `${view.texts.confirm}: ${label}`)
  return question(isTitleShown ? { imageUrl: rest.imageUrl } : { ...rest, title }, label, choices, view)
}

let lists = 0

/** The items of all sections, as radio buttons or checkboxes. */
export function listOf(sections: readonly Section[]) {
  const choices = new Map<HTMLInputElement, Reply>()
  const group = (lists += 1)
  const nodes = sections.map((section, number) => {
    const items = section.items.map((item) => {
      const type = section.multipleSelection ? 'checkbox' : 'radio'
      const input = h('input', { type, name: `list-${group}-${number}`, value: item.id })
      const picture = safeUrl(item.imageUrl)
      choices.set(input, { text: item.title, payload: item.id })
      return h(
        'label',
        { class: 'list-item' },
        input,
        picture !== undefined && h('img', { class: 'thumbnail', src: picture, alt: '', loading: 'lazy' }),
        h(
          'span',
          { class: 'list-text' },
          item.title,
          item.subtitle !== undefined && h('span', { class: 'card-description' }, item.subtitle),
        ),
      )
    })
    return h('fieldset', {}, h('legend', { class: 'card-title' }, section.title), ...items)
  })
  return {
    nodes,
    chosen: () => [...choices].filter(([input]) => input.checked).map(([, reply]) => reply),
  }
}
