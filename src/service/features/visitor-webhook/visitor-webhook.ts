import { createHash, randomUUID } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { BoundedMap } from '../../collections/bounded-map.ts'
import { SessionError } from '../../errors/session-error.ts'
import type { TrustedVisitor } from '../../sessions/identity.ts'
import type { VisitorWebhookSettings } from '../../settings/visitor-webhook-settings.ts'
import { credentialOf, type Credential } from './credential.ts'
import { createSignedWebhook } from '../../outgoing-http/signed-webhook.ts'
import { readResponse, type Failure, type KnownVisitor } from './webhook-response.ts'

export interface VisitorWebhook {
  /**
   * The visitor who sent a page's request; undefined for a request without the credential.
   * @throws {SessionError} `trusted_attributes_unavailable`
   */
  identify(request: PageRequest): Promise<TrustedVisitor | undefined>
  /** The failure of the latest call; undefined if it succeeded. */
  readonly latestFailure: Failure | undefined
  /** Makes a call without a credential and without a retry. */
  probe(): Promise<{ readonly failure: Failure | undefined; readonly clockAheadMs: number | undefined }>
  close(): void
}

export interface PageRequest {
  readonly headers: IncomingHttpHeaders
  /** The subject of a verified user token. */
  readonly subject: string | undefined
}

/** The maximum number of concurrent calls. Further calls wait for their turn, until they time out. */
const MAX_SOCKETS = 64
const RETRY_DELAY_MS = 100
const MAX_CACHED = 10_000
const MAX_CACHED_BYTES = 8 * 1024 * 1024
/** More than a browser's cookie can contain. */
const MAX_CREDENTIAL_BYTES = 8192

export function createVisitorWebhook(
  settings: VisitorWebhookSettings,
  parts: {
    readonly now: () => number
    readonly monotonicNow: () => number
    readonly onFailure?: ((failure: Failure) => void) | undefined
  },
): VisitorWebhook {
  const { url, secrets, timeoutMs } = settings
  const { now, monotonicNow } = parts
  const webhook = createSignedWebhook({
    url,
    secrets,
    maxSockets: MAX_SOCKETS,
    accept: 'application/json',
    now,
  })
  const cached = new BoundedMap<string, { readonly visitor: TrustedVisitor; readonly untilMs: number }>(
    MAX_CACHED,
    { maxBytes: MAX_CACHED_BYTES, bytesOf: ({ visitor }) => 500 + JSON.stringify(visitor).length },
  )
  const inFlight = new Map<string, Promise<TrustedVisitor>>()
  let latestFailure: Failure | undefined

  async function attempt(id: string, body: string, credential: Credential | undefined, leftMs: number) {
    const headers = credential && { [credential.header]: credential.value }
    const outcome = await webhook.send({ id, body, headers, timeoutMs: leftMs })
    return { outcome, read: readResponse(outcome, id) }
  }

  /** Both attempts have the same id, so that the receiver recognizes the second one. */
  async function call(body: string, credential: Credential): Promise<KnownVisitor> {
    const id = `msg_${randomUUID()}`
    const endsAtMs = monotonicNow() + timeoutMs
    let { read } = await attempt(id, body, credential, timeoutMs)
    if (isFailure(read) && read.mayPass && monotonicNow() + RETRY_DELAY_MS < endsAtMs) {
      await delay(RETRY_DELAY_MS)
      ;({ read } = await attempt(id, body, credential, Math.max(1, endsAtMs - monotonicNow())))
    }
    latestFailure = isFailure(read) ? read : undefined
    if (!isFailure(read)) return read
    parts.onFailure?.(read)
    throw unavailable(read)
  }

  async function identifyBy(key: string, body: string, credential: Credential): Promise<TrustedVisitor> {
    const known = await call(body, credential)
    const lifetimeMs = known.expiresInSeconds === undefined ? Infinity : known.expiresInSeconds * 1000
    const visitor = {
      ...(known.visitor !== undefined && { visitor: known.visitor }),
      ...(lifetimeMs < Infinity && { expiresAtMs: now() + lifetimeMs }),
      attributes: Object.fromEntries(
        Object.entries(known.attributes).filter(([name]) => settings.attributes.includes(name)),
      ),
    }
    const cacheMs = Math.min(settings.cacheMs, lifetimeMs)
    if (cacheMs > 0) cached.set(key, { visitor, untilMs: monotonicNow() + cacheMs })
    return visitor
  }

  return {
    async identify({ headers, subject }) {
      const credential = credentialOf(headers, settings.credential)
      if (credential === undefined) return undefined
      if (Buffer.byteLength(credential.value) > MAX_CREDENTIAL_BYTES) throw tooLarge()
      const credentialSha256 = createHash('sha256').update(credential.value).digest('hex')
      const data = { origin: headers.origin, subject, credentialSha256 }
      const key = JSON.stringify(data)
      const found = cached.get(key)
      if (found && monotonicNow() < found.untilMs) return found.visitor
      let call = inFlight.get(key)
      if (call === undefined) {
        call = identifyBy(key, bodyOf(now(), data), credential).finally(() => inFlight.delete(key))
        inFlight.set(key, call)
      }
      return call
    },
    get latestFailure() {
      return latestFailure
    },
    async probe() {
      const { outcome, read } = await attempt(`msg_${randomUUID()}`, bodyOf(now(), {}), undefined, timeoutMs)
      const date = outcome.kind === 'response' ? Date.parse(outcome.message.headers.date ?? '') : NaN
      return {
        failure: isFailure(read) ? read : undefined,
        clockAheadMs: Number.isNaN(date) ? undefined : date - now(),
      }
    },
    close: () => webhook.close(),
  }
}

function bodyOf(nowMs: number, data: object): string {
  return JSON.stringify({ type: 'visitor.identify', timestamp: new Date(nowMs).toISOString(), data })
}

function isFailure(read: KnownVisitor | Failure): read is Failure {
  return 'reason' in read
}

function unavailable({ reason, hint }: Failure): SessionError {
  return new SessionError('trusted_attributes_unavailable', 'The visitor cannot be verified at the moment.', {
    retryAfterSeconds: 2,
    hint: `The visitor webhook failed: ${reason}. ${hint}`,
  })
}

function tooLarge(): SessionError {
  return new SessionError('user_token_invalid', "The visitor's cookie or header is too large.", {
    hint: `The visitor webhook's cookie or header can have at most ${MAX_CREDENTIAL_BYTES} bytes.`,
  })
}
