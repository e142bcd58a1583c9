import type { DatePicker, ListPicker, Reply } from '../contract.ts'
import { dayName, startOfDay, timeOfDay, type ChatView } from './chat-view.ts'
import { h } from './dom.ts'

/**
 * Times to choose from, by day; without any, a field for a date and a time.
 * @param inReplyTo id of the message with the picker
 */
export function datePickerView(picker: DatePicker, inReplyTo: string, view: ChatView): HTMLElement {
  const answer = (time: Date) => {
    const text = `${dayName(time, view)}, ${timeOfDay(time, view.language)}`
    view.reply({ date: { text, payload: time.toISOString(), inReplyTo } })
  }
  const times = picker.availableTimes
    .map(({ dateTime }) => new Date(dateTime))
    .filter((time) => !isNaN(+time))
  return h(
    'div',
    { class: 'picker', role: 'group', 'aria-label': picker.title ?? view.texts.chooseTime },
    h('p', { class: 'card-title' }, picker.title ?? view.texts.chooseTime),
    picker.subtitle !== undefined && h('p', { class: 'card-description' }, picker.subtitle),
    ...(times.length > 0 ? days(times, answer, view) : [dateField(picker, answer, view)]),
  )
}

function days(times: readonly Date[], answer: (time: Date) => void, view: ChatView): HTMLElement[] {
  return [...new Set(times.map(startOfDay))].map((day) => {
    const name = dayName(new Date(day), view)
    const ofDay = times.filter((time) => startOfDay(time) === day)
    const buttons = ofDay.map((time) =>
      h(
        'button',
        { type: 'button', class: 'slot', onclick: () => answer(time) },
        timeOfDay(time, view.language),
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

function dateField(picker: DatePicker, answer: (time: Date) => void, view: ChatView): HTMLElement {
  const field = h('input', {
    type: 'datetime-local',
    required: true,
    'aria-label': picker.title ?? view.texts.chooseTime,
    min: local(picker.dateMinimum),
    max: local(picker.dateMaximum),
  })
  const submit = (event: Event) => {
    event.preventDefault()
    answer(new Date(field.value))
  }
  return h(
    'form',
    { class: 'picker-form', onsubmit: submit },
    field,
    h('button', { type: 'submit', class: 'action primary' }, view.texts.confirm),
  )
}

/** The field wants the guest's own time, without a zone. */
function local(dateTime: string | undefined): string | undefined {
  const time = new Date(dateTime ?? NaN)
  if (isNaN(+time)) return undefined
  return new Date(+time - time.getTimezoneOffset() * 60_000).toISOString().slice(0, 16)
}

/**
 * Sections to choose one thing or several from.
 * @param inReplyTo id of the message with the picker
 */
export function listPickerView(picker: ListPicker, inReplyTo: string, view: ChatView): HTMLElement {
  const group = crypto.getRandomValues(new Uint32Array(1))[0] ?? 0
  const chosen = new Map<HTMLInputElement, Reply>()
  const confirm = h('button', { type: 'submit', class: 'action primary', disabled: true }, view.texts.confirm)
  const sections = picker.sections.map((section, number) => {
    const items = section.items.map((item) => {
      const type = section.multipleSelection ? 'checkbox' : 'radio'
      const input = h('input', { type, name: `list-${group}-${number}`, value: item.id })
      chosen.set(input, { text: item.title, payload: item.id })
      return h(
        'label',
        { class: 'list-item' },
        input,
        h(
          'span',
          {},
          item.title,
          item.subtitle !== undefined && h('span', { class: 'card-description' }, item.subtitle),
        ),
      )
    })
    return h('fieldset', {}, h('legend', { class: 'card-title' }, section.title), ...items)
  })
  const replies = () => [...chosen].filter(([input]) => input.checked).map(([, reply]) => reply)
  const submit = (event: Event) => {
    event.preventDefault()
    view.reply({ list: { items: replies(), inReplyTo } })
  }
  const onchange = () => (confirm.disabled = replies().length === 0)
  return h('form', { class: 'picker', onsubmit: submit, onchange }, ...sections, confirm)
}
