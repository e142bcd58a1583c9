import { randomUUID } from 'node:crypto'

/** The part of an administrator's action map that offers a chat. */
export interface ActionMapSpec {
  /** The event that triggers it. Default `page_viewed`. */
  eventName?: string
  /** Text that the page's address must contain. Default: any page. */
  urlContains?: string
  /** The text of the offer. */
  text?: string
  /** How the action is delivered. Default `webMessagingOffer`. */
  mediaType?: string
}

/** A page event, as received in `POST …/webevents`. */
export interface JourneyEvent {
  customerCookieId: string
  eventName: string
  page: { url: string; title: string; lang?: string }
  referrerUrl?: string
  userAgentString?: string
  attributes: Readonly<Record<string, { dataType: string; value: string }>>
  sessionId: string
}

/** What a client has reported about an action. */
export interface ActionState {
  actionId: string
  sessionId: string
  actionState: string
}

interface StoredMap extends Required<Omit<ActionMapSpec, 'text'>> {
  id: string
  version: number
  text: string | undefined
}

export interface OfferedAction {
  id: string
  map: StoredMap
  sessionId: string
  customerId: string
}

/** Visits with their events, and the offers of action maps: each map makes one offer per visit. */
export function createJourney() {
  const events: JourneyEvent[] = []
  const actionStates: ActionState[] = []
  const maps: StoredMap[] = []
  const sessionIds = new Map<string, string>()
  const offered = new Map<string, OfferedAction>()

  function sessionOf(customerId: string): string {
    const sessionId = sessionIds.get(customerId) ?? randomUUID()
    sessionIds.set(customerId, sessionId)
    return sessionId
  }

  return {
    events,
    actionStates,
    sessionOf,
    record(event: Omit<JourneyEvent, 'sessionId'>): string {
      const sessionId = sessionOf(event.customerCookieId)
      events.push({ ...event, sessionId })
      return sessionId
    },
    /** Replaces the action maps. */
    setActionMaps: (specs: readonly ActionMapSpec[]): void => {
      maps.length = 0
      maps.push(
        ...specs.map(
          ({ eventName = 'page_viewed', urlContains = '', mediaType = 'webMessagingOffer', text }) => ({
            id: randomUUID(),
            version: 1,
            eventName,
            urlContains,
            mediaType,
            text,
          }),
        ),
      )
    },
    /** New offers for a page's visitor. */
    offersFor(customerId: string): OfferedAction[] {
      const own = events.filter(({ customerCookieId }) => customerCookieId === customerId)
      return maps.flatMap((map) => {
        const key = `${customerId} ${map.id}`
        const isTriggered = own.some(
          ({ eventName, page }) => eventName === map.eventName && page.url.includes(map.urlContains),
        )
        if (!isTriggered || offered.has(key)) return []
        const action = { id: randomUUID(), map, sessionId: sessionOf(customerId), customerId }
        offered.set(key, action)
        return [action]
      })
    },
    knowsAction: (actionId: string, sessionId: string) =>
      [...offered.values()].some((action) => action.id === actionId && action.sessionId === sessionId),
  }
}

export type Journey = ReturnType<typeof createJourney>
