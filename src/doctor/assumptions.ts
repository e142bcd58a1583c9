import { randomUUID } from 'node:crypto'
import * as z from 'zod'
import { UpstreamError } from '../service/errors/upstream-error.ts'
import { originsOf, type CheckContext } from './check.ts'
import { openGuestSocket, type ProbedFrame } from './guest-socket-probe.ts'

/**
 * The service's assumptions that no official source confirms, and what this organization's responses show.
 * `docs/genesys-cloud.md` lists the same names. A result contains statuses, codes, classes and counts, never
 * a value.
 */
export type Assumptions = Readonly<Record<string, string>>

const CONFIGURED = { startNew: false }

/** Checks everything that needs no agent; the rest only with `--send`. Never rejects. */
export async function seeAssumptions(context: CheckContext): Promise<Assumptions> {
  if (context.config.genesys.guestApi !== 'web-messaging') return {}
  const [origin] = originsOf(context.config)
  return {
    ...(await seeOrigins(context, origin)),
    ...(await seeUnknownDeployment(context, origin)),
    ...(await seeFrames(context, origin)),
    ...(await seeRest(context)),
    'message-metadata': messageMetadata(context),
  }
}

async function seeOrigins(context: CheckContext, origin: string | undefined): Promise<Assumptions> {
  const host = origin === undefined ? 'example.com' : new URL(origin).hostname
  const seen = async (tried: string | undefined) => {
    const socket = await openGuestSocket(context, tried)
    socket.close()
    return statusText(socket.status)
  }
  return {
    'origin-none': await seen(undefined),
    'origin-subdomain': await seen(`https://doctor.${host}`),
    'origin-port': await seen(`https://${host}:8443`),
    'origin-not-listed': await seen('https://doctor.invalid'),
  }
}

async function seeUnknownDeployment(context: CheckContext, origin: string | undefined): Promise<Assumptions> {
  const { genesys, config, newDeadline } = context
  const deploymentId = randomUUID()
  const socket = await openGuestSocket(context, origin, deploymentId)
  socket.request('configureSession', { ...CONFIGURED, deploymentId })
  const answer = frameText(await socket.next())
  socket.close()
  const url = `${config.genesys.hosts.cdnUrl}/webdeployments/v1/deployments/${deploymentId}/config.json`
  const call = { operation: 'refuse an unknown deployment', method: 'GET', url, schema: z.unknown() } as const
  const cdn = genesys.cdn.request({ ...call, retry: 'never', deadlineAtMs: newDeadline() })
  return {
    'unknown-deployment-handshake': statusText(socket.status),
    'unknown-deployment-configure': socket.status === 101 ? answer : 'not reached',
    'unknown-deployment-configuration': await restText(cdn),
  }
}

async function seeFrames(context: CheckContext, origin: string | undefined): Promise<Assumptions> {
  const { deploymentId } = context.config.genesys
  const socket = await openGuestSocket(context, origin)
  const ask = async (action: string, fields: object = {}) => {
    socket.request(action, fields)
    return socket.next()
  }
  socket.send('{"action":')
  const invalid = frameText(await socket.next())
  const early = frameText(await ask('getJwt'))
  const unknown = frameText(await ask('doctorAction'))
  const configured = await ask('configureSession', { ...CONFIGURED, deploymentId })
  const jwt = await ask('getJwt')
  const closing = [await ask('closeSession', { closeAllConnections: true }), await socket.next()]
  const startedNew = await ask('configureSession', { deploymentId, startNew: true })
  socket.close()
  return {
    'frame-invalid': invalid,
    'frame-before-configure': early,
    'action-unknown': unknown,
    'session-expiry': expiryText(configured),
    'jwt-life': lifeText(jwt, context.now()),
    'close-session':
      closing.flatMap((frame) => (frame ? [frameText(frame)] : [])).join(', then ') || 'nothing',
    'start-new': frameText(startedNew),
  }
}

async function seeRest({ genesys, config, newDeadline }: CheckContext): Promise<Assumptions> {
  const history = (authorization: string) =>
    genesys.api.request({
      operation: 'refuse a made-up JWT',
      method: 'GET',
      url: `${config.genesys.hosts.apiUrl}/api/v2/webmessaging/messages?pageSize=25&pageNumber=1`,
      headers: { authorization },
      schema: z.unknown(),
      retry: 'never',
      deadlineAtMs: newDeadline(),
    })
  return { 'jwt-refused': await restText(history('bearer doctor')) }
}

/** Whether the history returns the field by which a retry finds its first attempt. */
function messageMetadata({ answers, send }: CheckContext): string {
  if (!send) return 'not checked: use --send'
  const pages = answers.shapes.filter(({ call }) => call === 'GET /api/v2/webmessaging/messages')
  return pages.some(({ shape }) => 'body.entities[].metadata.tracingId' in shape) ? 'kept' : 'not seen'
}

async function restText(call: Promise<unknown>): Promise<string> {
  try {
    await call
    return 'HTTP 200'
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error
    const { status, upstreamCode } = error.facts
    return [statusText(status), upstreamCode].filter(Boolean).join(' ')
  }
}

function statusText(status: number | undefined): string {
  return status === undefined ? 'no response' : `HTTP ${status}`
}

/** A frame's class and code: both belong to the protocol and identify no one. */
function frameText(frame: ProbedFrame | undefined): string {
  if (!frame) return 'nothing'
  const name = /^[A-Za-z]{1,40}$/.test(String(frame.class)) ? String(frame.class) : 'a frame'
  return `${name} ${Number(frame.code) || 0}${frame.tracingId === undefined ? '' : ' with tracingId'}`
}

function expiryText(frame: ProbedFrame | undefined): string {
  const names = ['durationSeconds', 'expirationDate'].filter((name) => frame?.body?.[name] !== undefined)
  return names.join(' and ') || 'not stated'
}

/** Rounded to ten seconds, because clocks differ. */
function lifeText(frame: ProbedFrame | undefined, nowMs: number): string {
  const exp = frame?.body?.['exp']
  return typeof exp === 'number' ? `about ${Math.round((exp - nowMs / 1000) / 10) * 10} s` : 'not stated'
}
