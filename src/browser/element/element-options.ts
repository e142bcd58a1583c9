import type { AttributeChanges, GuestChatOptions, StorageChoice } from '../chat-client.ts'
import type { TextChanges } from './texts/texts.ts'

/** What the attributes of the element say to the client. */
export function chatOptions(host: Element, userToken: GuestChatOptions['userToken']): GuestChatOptions {
  const details = ['name', 'email', 'phone', 'language'].flatMap((name) => {
    const value = host.getAttribute(name)
    return value ? [[name, value] as const] : []
  })
  const attributes = jsonAttribute(host, 'attributes') as AttributeChanges | undefined
  const baseUrl = host.getAttribute('base-url')
  return {
    ...(baseUrl !== null && { baseUrl }),
    storage: (host.getAttribute('storage') ?? 'memory') as StorageChoice,
    guest: { ...Object.fromEntries(details), ...(attributes && { attributes }) },
    ...(userToken !== undefined && { userToken }),
  }
}

export function textChanges(host: Element): TextChanges {
  return jsonAttribute(host, 'texts') as TextChanges
}

/** The element's own language, else that of the page around it, else the browser's. */
export function languageOf(host: Element): string {
  const around = host.closest('[lang]')?.getAttribute('lang')
  const wished = host.getAttribute('language') ?? around ?? ''
  try {
    return Intl.getCanonicalLocales(wished.replaceAll('_', '-') || navigator.language)[0] ?? 'en'
  } catch {
    return 'en'
  }
}

function jsonAttribute(host: Element, name: string): unknown {
  const text = host.getAttribute(name)
  if (text === null) return undefined
  try {
    return JSON.parse(text)
  } catch {
    throw new SyntaxError(`<${host.localName}>: the attribute "${name}" is not JSON.`)
  }
}
