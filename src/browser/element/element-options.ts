import type { AttributeChanges, GuestChatOptions, StorageChoice } from '../client/chat-client.ts'
import type { GuestChatAttributes } from './guest-chat-attributes.ts'
import type { TextChanges } from './texts/texts.ts'

type Name = keyof GuestChatAttributes
type Choices = { readonly [name in Name]?: readonly string[] }

const CHOICES: Choices = {
  storage: ['memory', 'session', 'local'],
  journey: ['memory', 'session', 'local'],
  placement: ['corner', 'inline'],
  side: ['start', 'end', 'left', 'right'],
  launcher: ['always', 'on-demand', 'none'],
  'when-closed': ['hide', 'notice'],
  knowledge: ['offer', 'first', 'none'],
  'color-scheme': ['light', 'dark'],
}
/** Attributes whose value is a list of any of these words. */
const WORDS = {
  notify: ['title', 'sound'],
  prompts: ['sign-in', 'co-browse', 'video'],
} satisfies { readonly [name in Name]?: readonly string[] }
const OTHERS: readonly (Name | 'attributes')[] = [
  'attributes',
  'base-url',
  'storage-key',
  'language',
  'name',
  'email',
  'phone',
  'guest-attributes',
  'texts',
  'offset',
  'notify',
  'prompts',
  'open',
]
const KNOWN: readonly string[] = [...Object.keys(CHOICES), ...OTHERS]
/**
 * Attributes that can change at any time: style sheets read the color scheme, and the element observes the other two.
 */
const LIVE: readonly string[] = ['open', 'launcher', 'color-scheme'] satisfies Name[]
/** These attributes are read when the element enters the page, and again if they change before the chat is in use. */
export const ATTRIBUTES_READ_ONCE: readonly string[] = KNOWN.filter((name) => !LIVE.includes(name))
/** Attributes that every element may have. */
const GLOBAL =
  /^(id|class|style|lang|dir|slot|part|hidden|inert|title|role|tabindex|is|nonce|(data|aria|on|v|ng|_|x)[-\w]*)$/
const DEFAULT_STORAGE_KEY = 'genesys-guest-session'

/** An attribute's value, if it is one of the allowed ones; otherwise undefined. */
export function choiceOf(host: Element, name: keyof typeof CHOICES): string | undefined {
  const value = host.getAttribute(name)
  return value !== null && CHOICES[name]?.includes(value) ? value : undefined
}

/** Where the page wants the session token to be stored; undefined if the page leaves that to the deployment. */
export function storageOf(host: Element): 'memory' | 'session' | 'local' | undefined {
  return choiceOf(host, 'storage') as 'memory' | 'session' | 'local' | undefined
}

/**
 * The client's options, from the element's attributes.
 * @param storage used if the attribute `storage` is missing or invalid
 */
export function chatOptions(
  host: Element,
  storage: StorageChoice,
  userToken: GuestChatOptions['userToken'],
): GuestChatOptions {
  const details = ['name', 'email', 'phone', 'language'].flatMap((name) => {
    const value = host.getAttribute(name)
    return value ? [[name, value] as const] : []
  })
  const attributes = (jsonAttribute(host, 'guest-attributes') ?? jsonAttribute(host, 'attributes')) as
    AttributeChanges | undefined
  const baseUrl = host.getAttribute('base-url')
  return {
    ...(baseUrl !== null && { baseUrl }),
    storage: storageOf(host) ?? storage,
    storageKey: storageKeyOf(host),
    guest: { ...Object.fromEntries(details), ...(attributes && { attributes }) },
    ...(userToken !== undefined && { userToken }),
  }
}

export function storageKeyOf(host: Element): string {
  return host.getAttribute('storage-key') ?? DEFAULT_STORAGE_KEY
}

export function textChanges(host: Element): TextChanges {
  return jsonAttribute(host, 'texts') ?? {}
}

/** The element's own language, otherwise that of the surrounding page, otherwise the browser's. */
export function languageOf(host: Element): string {
  const around = host.closest('[lang]')?.getAttribute('lang')
  const wished = host.getAttribute('language') ?? around ?? ''
  try {
    return Intl.getCanonicalLocales(wished.replaceAll('_', '-') || navigator.language)[0] ?? 'en'
  } catch {
    return 'en'
  }
}

/** Adds the region that the browser prefers for the language, for dates and numbers: `en` becomes `en-GB`. */
export function localeOf(language: string, preferred: readonly string[] = navigator.languages): string {
  const base = language.split('-')[0]
  return preferred.find((tag) => tag.split('-')[0] === base && tag !== base) ?? language
}

/** Warns developers in the console. */
export function warn(host: Element, mistake: string): void {
  console.warn(`<${host.localName}>: ${mistake}`)
}

/** Warns developers, in the console, about attributes that have no effect. */
export function warnOfMistakes(host: Element): void {
  for (const { name, value } of host.attributes) {
    const choices = CHOICES[name as keyof typeof CHOICES]
    if (choices && !choices.includes(value))
      warn(host, `${name}="${value}" must be one of: ${choices.join(', ')}.`)
    else if (!KNOWN.includes(name) && !GLOBAL.test(name))
      warn(host, `There is no attribute "${name}". The attributes are: ${[...KNOWN].sort().join(', ')}.`)
  }
  const offset = host.getAttribute('offset')
  if (offset !== null && offsetOf(host) === undefined)
    warn(host, `offset="${offset}" must be one or two CSS lengths, such as "24px 40px".`)
  for (const name of ['notify', 'prompts'] as const)
    for (const word of wordsOf(host, name))
      if (!WORDS[name].includes(word))
        warn(host, `${name}="${word}" must be one of: ${WORDS[name].join(', ')}.`)
  const baseUrl = host.getAttribute('base-url')
  if (baseUrl !== null && !URL.canParse(baseUrl, document.baseURI))
    warn(host, `base-url="${baseUrl}" is not an address.`)
  if (storageKeyOf(host).trim() === '') warn(host, 'storage-key must not be empty.')
}

/** Distances from the bottom and from the side. */
export function offsetOf(host: Element): readonly [bottom: string, side: string] | undefined {
  const [bottom, side = bottom, ...more] = host.getAttribute('offset')?.trim().split(/\s+/) ?? []
  if (bottom === undefined || side === undefined || more.length > 0) return undefined
  const isLength = (text: string) => /^[\d.]+[a-z]*$/i.test(text) && CSS.supports('padding', text)
  return isLength(bottom) && isLength(side) ? [bottom, side] : undefined
}

export function notifiersOf(host: Element): readonly string[] {
  return wordsOf(host, 'notify')
}

export function promptKindsOf(host: Element): readonly string[] {
  return wordsOf(host, 'prompts')
}

function wordsOf(host: Element, name: keyof typeof WORDS): readonly string[] {
  return host.getAttribute(name)?.split(/\s+/).filter(Boolean) ?? []
}

function jsonAttribute(host: Element, name: string): unknown {
  const text = host.getAttribute(name)
  if (text === null) return undefined
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value
  } catch {
    // The mistake is reported below.
  }
  warn(host, `the attribute "${name}" must be a JSON object.`)
  return undefined
}
