import { randomUUID } from 'node:crypto'
import { PLACEHOLDERS } from '../../src/test-kit/fixtures/placeholders.ts'
import type { Guest, GuestApi } from '../../src/service/genesys/guest-api.ts'
import type { Config } from '../../src/service/settings/config.ts'
import type { Simulator, SimulatorOptions } from '../../src/simulator/simulator.ts'

/** One recording: what a driver does in it, and how it ends. */
export interface Scenario {
  readonly name: string
  readonly title: string
  /** `ok`, or the code of the problem. A flow that ends differently is not recorded. */
  readonly outcome: string
  /** For scenarios that only a simulator can produce. Without it, the scenario works with any Genesys. */
  readonly simulator?: SimulatorOptions
  /** Injects faults into that simulator's responses. */
  readonly injectFaults?: (genesys: Simulator) => void | Promise<void>
  /** Changes the settings to provoke a refusal. */
  readonly configure?: (config: Config) => Config
  /** If it resolves to a string, that is the outcome; otherwise the outcome is `ok`. */
  readonly drive: (guestApi: GuestApi, origin: string) => Promise<unknown>
}

export const ONE_KEY = 'custom.placeholder'
export const ATTRIBUTES = { [ONE_KEY]: PLACEHOLDERS.text }
const PER_STEP_MS = 8000
const TRACING_ID = PLACEHOLDERS.deploymentId

export const soon = (): number => Date.now() + PER_STEP_MS

/** Opens as the service does: attributes that were not delivered with the opening are written immediately afterwards. */
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

/** @returns whether they were written, so that they need not wait for a message */
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

/** Opens, sends a message if the driver can, and writes attributes if it can. */
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

/** The wait is longer than the timeout of one step, so that it is reported instead of awaited. */
export const rateLimited = () =>
  refusal(
    429,
    'too.many.requests.retry.after',
    'Rate limit exceeded the maximum. Retry the request in [60] seconds',
    { 'Retry-After': '60' },
  )

export const tokenExpired = () =>
  refusal(401, 'credentials.expired', 'The supplied credentials have expired.')
