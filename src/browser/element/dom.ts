type Value = string | number | boolean | undefined | EventListener
export type Child = Node | string | false | undefined

/**
 * Makes an element. What guests, agents and pages wrote only ever gets in as text or as an attribute's value,
 * never as HTML. `onclick` and the like take a function.
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
  element.append(...shown(children))
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

/** Shows or hides an element, and says whether that changed anything. */
export function toggle(element: HTMLElement, isShown: boolean): void {
  element.hidden = !isShown
}

/** For screen readers alone. */
export function spoken(text: string): HTMLElement {
  return h('span', { class: 'spoken' }, text)
}

/** Puts the children into this order, touching only those that aren't there already. */
export function arrange(parent: Element, children: readonly Node[]): void {
  const wanted = new Set(children)
  for (const child of [...parent.childNodes]) if (!wanted.has(child)) child.remove()
  let next = parent.firstChild
  for (const child of children) {
    if (child === next) next = next.nextSibling
    else parent.insertBefore(child, next)
  }
}

function shown(children: readonly Child[]): (Node | string)[] {
  return children
    .filter((child): child is Node | string => child !== undefined && child !== false)
    .map((child) => (typeof child === 'string' ? withoutOverrides(child) : child))
}

/** Without the characters that show a text in another order than it has: `invoice\u202excod.exe` ends in `.docx` then. */
export function withoutOverrides(text: string): string {
  return text.replace(/[\u202a-\u202e]/g, '')
}
