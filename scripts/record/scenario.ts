import { randomUUID } from 'node:crypto'
import { PLACEHOLDERS } from '../../src/test-kit/fixtures/placeholders.ts'
import type { Guest, GuestApi } from '../../src/service/genesys/guest-api.ts'
import type { Config } from '../../src/service/settings/config.ts'
import type { Simulator, SimulatorOptions } from '../../src/simulator/simulator.ts'

/** A flow to record: what a driver does, and how the flow ends. */
export interface Scenario {
  readonly name: string
  readonly title: string
  /** `ok`, the code of a problem, or a string that `drive` returns. A flow that ends differently is not recorded. */
  readonly outcome: string
  /** For scenarios that only a simulator can produce. Without it, the scenario works with any Genesys. */
  readonly simulator?: SimulatorOptions
  /** Injects faults into that simulator's responses. */
  readonly injectFaults?: (genesys: Simulator) => void | Promise<void>
  /** Changes the settings to provoke a refusal. */
  readonly configure?: (config: Config) => Config
  /** Makes the calls. If it resolves to a string, that string is the outcome; otherwise the outcome is `ok`. */
  readonly drive: (guestApi: GuestApi, origin: string) => Promise<unknown>
}

export const ONE_KEY = 'custom.placeholder'
export const ATTRIBUTES = { [ONE_KEY]: PLACEHOLDERS.text }
const PER_STEP_MS = 8000
const TRACING_ID = PLACEHOLDERS.deploymentId

export const soon = (): number => Date.now() + PER_STEP_MS

/**
 * Opens a session as the service does: attributes that were not delivered with it are written immediately afterwards.
 */
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

/** @returns whether the attributes were written; otherwise they are sent with the next message */
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

/** Opens a session, sends a message if the driver can, and writes attributes if the driver can. */
export const everything: Scenario['drive'] = async (guestApi, origin) => {
  const guest = await open(guestApi, origin)
  if (guestApi.send) await say(guestApi, guest)
  if (guestApi.setAttributes) await setAttributes(guestApi, guest)
}

/** A refusal in the platform's format. The `contextId` in the body is the correlation id in the header. */
export function refusal(status: number, code: string, message: string, headers: Record<string, string> = {}) {
  const contextId = randomUUID()
  return {
    status,
    headers: { 'ININ-Correlation-Id': contextId, ...headers },
    body: { message, code, status, contextId, details: [], errors: [] },
  }
}

/** `Retry-After` is longer than a step's timeout, so the driver reports the refusal instead of waiting. */
export const rateLimited = () =>
  refusal(
    429,
    'too.many.requests.retry.after',
    'Rate limit exceeded the maximum. Retry the request in [60] seconds',
    { 'Retry-After': '60' },
  )

export const tokenExpired = () =>
  refusal(401, 'credentials.expired', 'The supplied credentials have expired.')
