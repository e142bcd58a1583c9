import * as z from 'zod'
import { mediaLimits } from './configure-session.ts'
import type { GuestJwts } from '../conversation/guest-jwt.ts'
import { deploymentNotFound, refuseTooMany } from './guest-refusal.ts'
import { type GuestAction, fieldsOf, sessionOf } from './guest-request.ts'
import { SECOND_MS } from '../conversation/limits.ts'
import { inboundMessage, response } from './payloads.ts'
import type { Settings } from '../settings.ts'

const Echo = z.looseObject({
  message: z.looseObject({
    type: z.literal('Text'),
    text: z.string(),
    metadata: z.record(z.string(), z.string()).optional(),
  }),
})
const Configuration = z.looseObject({ deploymentId: z.string() })
const Close = z.looseObject({ closeAllConnections: z.boolean() })

/** A client's requests about a session that it has configured. */
export function sessionActions({ settings, jwts }: { settings: Settings; jwts: GuestJwts }) {
  /** A keep-alive; the response contains the session's expiry. Only this connection gets it. */
  const echo: GuestAction = (connection, request) => {
    const session = sessionOf(connection, request)
    const { message } = fieldsOf(Echo, request)
    refuseTooMany(connection.echoes.take(), 'Echo')
    const body = inboundMessage(
      session,
      { type: 'Text', text: message.text },
      {
        ...message.metadata,
        durationSeconds: String(settings.sessionDurationSeconds),
        expirationDate: String(Math.floor(session.expiresAtMs / SECOND_MS)),
      },
    )
    connection.send(response('StructuredMessage', body, request.tracingId), 'echo')
  }

  const getJwt: GuestAction = async (connection, request) => {
    const session = sessionOf(connection, request)
    const body = await jwts.issue('history', session.id, settings.jwtLifetimeSeconds)
    connection.send(response('JwtResponse', body, request.tracingId), 'getJwt')
  }

  const getConfiguration: GuestAction = (connection, request) => {
    const { deploymentId } = fieldsOf(Configuration, request)
    if (deploymentId !== settings.deploymentId) throw deploymentNotFound()
    const { sessionDurationSeconds } = settings
    const body = { ...mediaLimits(settings), messageRoutingEnabled: true, sessionDurationSeconds }
    connection.send(response('GetConfigurationResponse', body, request.tracingId), 'getConfiguration')
  }

  /** The guest leaves the session without ending it: the same connection can configure this session again, or a new one. */
  const closeSession: GuestAction = (connection, request) => {
    const session = sessionOf(connection, request)
    const { closeAllConnections } = fieldsOf(Close, request)
    const others = [...session.connections].filter((other) => other !== connection)
    if (closeAllConnections) for (const other of others) other.close()
    const body = { connected: false, newSession: false, readOnly: session.readOnly }
    connection.send(response('SessionResponse', body, request.tracingId), 'closeSession')
    connection.leave()
  }

  return { echo, getJwt, getConfiguration, closeSession }
}
