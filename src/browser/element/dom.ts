type Value = string | number | boolean | undefined | EventListener
export type Child = Node | string | false | undefined

/**
 * Creates an element. Text from guests, agents and pages is inserted only as text or attribute values, never
 * as HTML. `onclick` and similar attributes take a function.
 */
export function h<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Readonly<Record<string, Value>> = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') element.addEventListener(name.slice(2), value)
    else setAttribute(element, name, value)
  }
  const shown = children.filter((child): child is Node | string => child !== undefined && child !== false)
  element.append(...shown.map((child) => (typeof child === 'string' ? withoutOverrides(child) : child)))
  return element
}

export function setAttribute(
  element: Element,
  name: string,
  value: string | number | boolean | undefined,
): void {
  if (value === undefined || value === false) element.removeAttribute(name)
  else element.setAttribute(name, value === true ? '' : String(value))
}

/** Shows or hides an element. */
export function toggle(element: HTMLElement, isShown: boolean): void {
  element.hidden = !isShown
}

/** Text for screen readers only. */
export function spoken(text: string): HTMLElement {
  return h('span', { class: 'spoken' }, text)
}

/** Puts the children in order, moving only those that are out of place. */
export function arrange(parent: Element, children: readonly Node[]): void {
  const wanted = new Set(children)
  for (const child of [...parent.childNodes]) if (!wanted.has(child)) child.remove()
  let next = parent.firstChild
  for (const child of children) {
    if (child === next) next = next.nextSibling
    else parent.insertBefore(child, next)
  }
}

/**
 * Removes characters that change the display order of text: `invoice\u202excod.exe` would be shown with the
 * extension `.docx`.
 */
export function withoutOverrides(text: string): string {
  return text.replace(/[\u202a-\u202e]/g, '')
}

/**
 * A file's name without any character that controls the direction of text: `photo-\u2067png\u200f.exe` would be shown
 * as `photo-exe.png`. Texts keep the marks and isolates, because Arabic and Hebrew authors use them.
 */
export function plainName(name: string): string {
  return name.replace(/\p{Bidi_C}/gu, '')
}
