import { randomUUID } from 'node:crypto'
import { PLACEHOLDERS } from '../../src/test-kit/fixtures/placeholders.ts'
import type { Guest, GuestApi } from '../../src/service/genesys/guest-api.ts'
import type { Config } from '../../src/service/settings/config.ts'
import type { Simulator, SimulatorOptions } from '../../src/simulator/simulator.ts'

/** One recording: how a driver is led through it, and how it ends. */
export interface Scenario {
  readonly name: string
  readonly title: string
  /** `ok`, or the code of the problem. A flow that ends otherwise is not recorded. */
  readonly outcome: string
  /** Only a simulator can be made to answer so. Without it the scenario can be asked of any Genesys. */
  readonly simulator?: SimulatorOptions
  /** Injects faults into answers of that simulator. */
  readonly injectFaults?: (genesys: Simulator) => void | Promise<void>
  /** Asks for a refusal on purpose. */
  readonly configure?: (config: Config) => Config
  /** A text that it resolves to is how it ended; anything else is `ok`. */
  readonly drive: (guestApi: GuestApi, origin: string) => Promise<unknown>
}

export const ONE_KEY = 'custom.placeholder'
export const ATTRIBUTES = { [ONE_KEY]: PLACEHOLDERS.text }
const PER_STEP_MS = 8000
const TRACING_ID = PLACEHOLDERS.deploymentId

export const soon = (): number => Date.now() + PER_STEP_MS

/** As the service opens: what did not go along with the opening itself is written right after it. */
export async function open(guestApi: GuestApi, origin: string): Promise<Guest> {
  const { text: name, email } = PLACEHOLDERS
  const attributes = { ...ATTRIBUTES, name }
  const userId = PLACEHOLDERS.text
  const opened = await guestApi.open({ origin, attributes, name, email, userId }, soon())
  const guest = { ref: opened.ref, origin }
  if (!opened.attributesDelivered) await guestApi.setAttributes?.(guest, attributes, soon())
  return guest
}

export async function say(guestApi: GuestApi, guest: Guest): Promise<void> {
  await guestApi.send!(guest, { text: PLACEHOLDERS.text, tracingId: TRACING_ID }, soon())
}

/** @returns whether they are written, and need not wait for a message */
export async function setAttributes(guestApi: GuestApi, guest: Guest): Promise<boolean> {
  return guestApi.setAttributes!(guest, ATTRIBUTES, soon())
}

export const openAndSay: Scenario['drive'] = async (guestApi, origin) => {
  await say(guestApi, await open(guestApi, origin))
}

export const openAndSetAttributes: Scenario['drive'] = async (guestApi, origin) => {
  await setAttributes(guestApi, await open(guestApi, origin))
}

export const onlyOpen: Scenario['drive'] = async (guestApi, origin) => {
  await open(guestApi, origin)
}

/** Opens, speaks where the driver can, writes attributes where it can. */
export const everything: Scenario['drive'] = async (guestApi, origin) => {
  const guest = await open(guestApi, origin)
  if (guestApi.send) await say(guestApi, guest)
  if (guestApi.setAttributes) await setAttributes(guestApi, guest)
}

/** A refusal as the platform words it: its body's `contextId` is the header's correlation id. */
export function refusal(status: number, code: string, message: string, headers: Record<string, string> = {}) {
  const contextId = randomUUID()
  return {
    status,
    headers: { 'ININ-Correlation-Id': contextId, ...headers },
    body: { message, code, status, contextId, details: [], errors: [] },
  }
}

/** Longer than the time limit of one step, so that it is reported and not waited for. */
export const rateLimited = () =>
  refusal(
    429,
    'too.many.requests.retry.after',
    'Rate limit exceeded the maximum. Retry the request in [60] seconds',
    { 'Retry-After': '60' },
  )

export const tokenExpired = () =>
  refusal(401, 'credentials.expired', 'The supplied credentials have expired.')
