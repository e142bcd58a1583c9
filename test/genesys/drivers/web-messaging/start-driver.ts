import { afterEach } from '@jest/globals'
import {
  createUpstreamClient,
  type UpstreamClient,
} from '../../../../src/service/outgoing-http/upstream-client.ts'
import { createAccessToken, type AccessToken } from '../../../../src/service/genesys/oauth/access-token.ts'
import type { Guest, GuestApi, GuestEvent } from '../../../../src/service/genesys/guest-api.ts'
import {
  createWebMessaging,
  type WebMessagingOptions,
} from '../../../../src/service/genesys/drivers/web-messaging/web-messaging.ts'
import { startSimulator, type Simulator, type SimulatorOptions } from '../../../../src/simulator/simulator.ts'

const ending: (() => Promise<void>)[] = []

afterEach(async () => {
  for (const end of ending.splice(0).reverse()) await end()
})

export const ORIGIN = 'https://shop.example'

export interface Driver {
  readonly genesys: Simulator
  readonly api: Required<GuestApi>
  /** Unrecognized frames and failures that the driver reported. */
  readonly odd: string[]
  readonly hints: string[]
  /** A guest with a configured session. */
  guest: () => Promise<Guest>
}

export const soon = (ms = 5_000): number => Date.now() + ms

function client(name: string): UpstreamClient {
  const made = createUpstreamClient({ name, timeoutMs: 5_000 })
  ending.push(() => {
    made.close()
    return Promise.resolve()
  })
  return made
}

export function accessTokenOf({ url: loginUrl, clientId, clientSecret }: Simulator): AccessToken {
  return createAccessToken({ client: client('login'), loginUrl, clientId, clientSecret })
}

/** The driver, and a simulator that sends only what the test asks for. */
export async function startDriver(
  simulator: SimulatorOptions = {},
  options: Partial<WebMessagingOptions> & { readonly withOAuth?: boolean } = {},
): Promise<Driver> {
  const genesys = await startSimulator({ agent: 'silent', ...simulator })
  ending.push(() => genesys.close())
  const { withOAuth = false, ...rest } = options
  const odd: string[] = []
  const hints: string[] = []
  const accessToken = withOAuth ? accessTokenOf(genesys) : undefined
  const api = createWebMessaging({
    deploymentId: genesys.deploymentId,
    messagingUrl: genesys.messagingUrl,
    apiUrl: genesys.url,
    cdnUrl: genesys.url,
    api: client('api'),
    cdn: client('cdn'),
    files: client('files'),
    accessToken,
    signIn: true,
    random: () => 0.1,
    repeatSettleMs: 0,
    onUnrecognizedFrame: (what) => odd.push(what),
    onHint: (hint) => hints.push(hint),
    ...rest,
  }) as Required<GuestApi>
  ending.push(() => api.close())
  return {
    genesys,
    api,
    odd,
    hints,
    async guest() {
      const { ref } = await api.open({ origin: ORIGIN, attributes: {} }, soon())
      return { ref, origin: ORIGIN }
    },
  }
}

/** Collects a guest's events, and waits for the ones that a test expects. */
export function listen(api: GuestApi, guest: Guest) {
  const events: GuestEvent[] = []
  const waiting = new Set<() => void>()
  const leave = api.subscribe?.(guest, (event) => {
    events.push(event)
    for (const look of waiting) look()
  })
  return {
    events,
    leave: () => leave?.(),
    /** Resolves when there is an event that fits; otherwise the test times out. */
    until(fits: (event: GuestEvent) => boolean): Promise<GuestEvent> {
      return new Promise((resolve) => {
        const look = () => {
          const found = events.find(fits)
          if (!found) return
          waiting.delete(look)
          resolve(found)
        }
        waiting.add(look)
        look()
      })
    },
  }
}

export const isState = (state: string) => (event: GuestEvent) =>
  event.type === 'session' && event.state === state
export const says = (text: string) => (event: GuestEvent) =>
  event.type === 'message' && event.message.text === text
