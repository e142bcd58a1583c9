import type { ChatProblem, GuestChat, GuestDetails } from '../../client/chat-client.ts'
import type { JourneyInvitation, JourneyInvitations, JourneyPage } from '../../../contract/contract.ts'
import { showInvitation } from './invitation-view.ts'

export interface JourneyOptions {
  readonly host: HTMLElement & { open: boolean }
  readonly root: ShadowRoot
  readonly chat: GuestChat
  readonly language: string
  /** Where the visitor's id may be stored. */
  readonly storage: Storage | undefined
  readonly key: string
  /** Whether the visitor can accept an invitation now. */
  readonly isInvitable: () => boolean
  /** Receives the journey context, which connects a conversation with the visit. */
  readonly details: { journeyContext?: NonNullable<GuestDetails['journeyContext']> }
  readonly signal: AbortSignal
}

/** The maximum number of requests for invitations per page view, in case a page stays open all day. */
const MAX_QUESTIONS_PER_PAGE = 20
const LOOK_AGAIN_SECONDS = 30
/** The tolerance for timers, which may fire slightly early. */
const EARLY_MS = 100
/**
 * Statuses after which no further request is sent: the service does not accept page views, or does not allow this
 * website.
 */
const FINAL_STATUSES = [403, 404, 501]

/**
 * Reports to Genesys which pages the visitor sees, and shows the invitations from Genesys' action maps. This separate
 * file is loaded if the page sets `journey` and the service accepts page views.
 */
export function followJourney(options: JourneyOptions): void {
  const { host, root, chat, language, isInvitable, details, signal } = options
  if (signal.aborted) return
  const visitorId = visitorIdOf(options)
  let url: string | undefined
  let sessionId: string | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  let questions = 0
  let isOver = false
  /** The earliest time of the next request, even if the visitor returns to the page before then. */
  let askAtMs = 0
  let shown: { readonly node: HTMLElement; readonly invitation: JourneyInvitation } | undefined

  async function tell(path: 'events' | 'invitations', body: object): Promise<void> {
    clearTimeout(timer)
    if (isOver) return
    askAtMs = Infinity
    let seconds = LOOK_AGAIN_SECONDS
    try {
      const response = await post(chat, path, { visitorId, page: pageNow(), ...body })
      const found = (await response.json()) as JourneyInvitations
      if (signal.aborted) return
      seconds = found.askAgainAfterSeconds
      connect(found)
    } catch (error) {
      isOver = signal.aborted || FINAL_STATUSES.includes((error as ChatProblem).status)
      if (isOver) return
    }
    clearTimeout(timer)
    askAtMs = Date.now() + seconds * 1000
    timer = setTimeout(ask, seconds * 1000)
  }

  function connect(found: JourneyInvitations): void {
    sessionId = found.sessionId ?? sessionId
    details.journeyContext = contextOf(visitorId, sessionId, shown?.invitation)
    for (const invitation of found.invitations)
      if (!shown && isInvitable()) invite(invitation)
      else answer(chat, invitation, 'ignored')
  }

  /** A page that shows the invitation itself calls `preventDefault`. */
  function invite(invitation: JourneyInvitation): void {
    const event = new CustomEvent('guest-chat-invitation', { detail: invitation, cancelable: true })
    if (!host.dispatchEvent(event)) return
    const { text } = invitation
    shown = { node: showInvitation(root, { text, language, onAnswer }), invitation }
    // A visitor who now opens the chat with its button also accepts the invitation.
    details.journeyContext = contextOf(visitorId, sessionId, invitation)
    answer(chat, invitation, 'offered')
  }

  function onAnswer(isAccepted: boolean): void {
    if (isAccepted) host.open = true
    else if (shown) {
      const hadFocus = shown.node.matches(':focus-within')
      answer(chat, shown.invitation, 'rejected')
      remove()
      details.journeyContext = contextOf(visitorId, sessionId)
      if (hadFocus) root.querySelector<HTMLElement>('.launcher')?.focus()
    }
  }

  function remove(): void {
    shown?.node.remove()
    shown = undefined
  }

  function onToggled(): void {
    if (!shown || !host.open) return
    answer(chat, shown.invitation, 'accepted')
    remove()
  }

  function ask(): void {
    if (isOver || document.visibilityState !== 'visible') return
    clearTimeout(timer)
    if (url !== location.href) view()
    else if (
      Date.now() >= askAtMs - EARLY_MS &&
      !shown &&
      isInvitable() &&
      questions < MAX_QUESTIONS_PER_PAGE
    ) {
      questions += 1
      void tell('invitations', sessionId === undefined ? {} : { sessionId })
      // The check is repeated, because the address may change without an event.
    } else timer = setTimeout(ask, LOOK_AGAIN_SECONDS * 1000)
  }

  /** Reports a page view, even if an application has changed the address without loading a page. */
  function view(): void {
    if (url === location.href) return
    const isFirst = url === undefined
    url = location.href
    questions = 0
    const { referrer } = document
    void tell('events', { name: 'page_viewed', ...(isFirst && referrer && { referrer }) })
  }

  function onEvent(event: Event): void {
    const { name, attributes } = (event as CustomEvent<{ name: string; attributes?: object }>).detail
    void tell('events', { name, ...(attributes && { attributes }) })
  }

  host.addEventListener('guest-chat-record', onEvent, { signal })
  host.addEventListener('guest-chat-toggle', onToggled, { signal })
  document.addEventListener('visibilitychange', ask, { signal })
  addEventListener('popstate', () => setTimeout(view), { signal })
  signal.addEventListener('abort', () => {
    clearTimeout(timer)
    remove()
  })
  view()
}

function post(chat: GuestChat, path: string, body: object): Promise<Response> {
  return chat.fetch(`journey/${path}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  })
}

function answer(
  chat: GuestChat,
  { id: invitationId, sessionId }: JourneyInvitation,
  state: 'offered' | 'accepted' | 'rejected' | 'ignored',
): void {
  post(chat, 'answers', { invitationId, sessionId, state }).catch(() => undefined)
}

function contextOf(
  visitorId: string,
  sessionId: string | undefined,
  invitation?: JourneyInvitation,
): NonNullable<GuestDetails['journeyContext']> {
  const id = invitation?.sessionId ?? sessionId
  return {
    customer: { id: visitorId, idType: 'cookie' },
    ...(id !== undefined && { customerSession: { id, type: 'web' } }),
    ...(invitation && { triggeringAction: { id: invitation.id, actionMap: invitation.actionMap } }),
  }
}

function pageNow(): JourneyPage {
  const { lang } = document.documentElement
  // The service checks the same pattern.
  const isLanguage = /^[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8}){0,3}$/.test(lang)
  return {
    url: location.href.slice(0, 2048),
    title:
      document.title
        .replace(/\p{Cc}+/gu, ' ')
        .trim()
        .slice(0, 256) || location.pathname.slice(0, 256),
    ...(isLanguage && { language: lang }),
  }
}

function visitorIdOf({ storage, key }: Pick<JourneyOptions, 'storage' | 'key'>): string {
  try {
    const known = storage?.getItem(key)
    if (known) return known
    const fresh = newId()
    storage?.setItem(key, fresh)
    return fresh
  } catch {
    return newId()
  }
}

/** Returns a random UUID. `crypto.randomUUID` exists only on pages with HTTPS. */
function newId(): string {
  const hex = Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte, i) => {
    const value = i === 6 ? (byte & 0x0f) | 0x40 : i === 8 ? (byte & 0x3f) | 0x80 : byte
    return value.toString(16).padStart(2, '0')
  }).join('')
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}
