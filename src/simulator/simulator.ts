import http, { type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { AgentMessage } from './agent/agent.ts'
import type { ArticleSpec, KnowledgeFeedback } from './conversation/knowledge-base.ts'
import type { HoursSpec, QueueSpec, RequestedCallback } from './conversation/contact-center.ts'
import type { ActionMapSpec, ActionState, JourneyEvent } from './conversation/journey.ts'
import type { Fault, FaultMatch, FaultSpec } from './inspection/fault-injection.ts'
import { attach } from './socket/guest-socket.ts'
import type { SawAttributes, SessionInfo, TranscriptEntry } from './inspection/inspection.ts'
import { createParts } from './parts.ts'
import type { StructuredMessage } from './socket/payloads.ts'
import type { FrameQuery, RecordedFrame, RecordedRequest, RequestQuery } from './inspection/record.ts'
import type { RestGuest } from './rest/rest-guests.ts'
import { type SimulatorOptions, resolveSettings } from './settings.ts'
import { testSurface } from './inspection/test-surface.ts'

export type { AgentMessage } from './agent/agent.ts'
export type { AgentScript } from './agent/agent-script.ts'
export type { Fault, FaultMatch, FaultSpec } from './inspection/fault-injection.ts'
export type { ArticleSpec, KnowledgeFeedback } from './conversation/knowledge-base.ts'
export type { HoursSpec, QueueSpec, RequestedCallback, ScheduleSpec } from './conversation/contact-center.ts'
export type { ActionMapSpec, ActionState, JourneyEvent } from './conversation/journey.ts'
/** @deprecated The former names. */
export type {
  Fault as Bend,
  FaultMatch as BendMatch,
  FaultSpec as Bending,
} from './inspection/fault-injection.ts'
export type { SawAttributes, SessionInfo, TranscriptEntry } from './inspection/inspection.ts'
export type { FrameQuery, RecordedFrame, RecordedRequest, RequestQuery } from './inspection/record.ts'
export type { RestGuest } from './rest/rest-guests.ts'
export type { RestGuestOptions, SimulatorOptions } from './settings.ts'

/** A small Genesys Cloud on this machine, with what a test needs to control and inspect it. */
export interface Simulator {
  /** The address of the API, login and CDN hosts, for example `http://127.0.0.1:4010`. */
  readonly url: string
  /** The address of the messaging host, for example `ws://127.0.0.1:4010`; clients add `/v1`. */
  readonly messagingUrl: string
  readonly port: number
  readonly organizationId: string
  readonly deploymentId: string
  readonly clientId: string
  readonly clientSecret: string
  readonly scheduleGroupId: string
  readonly emergencyGroupId: string
  readonly queueId: string
  /** The service's settings for this simulator: `readConfig({ ...simulator.settings, ALLOWED_ORIGINS })`. */
  readonly settings: Readonly<Record<SettingName, string>>
  /** Closes all connections; resolves when the port is free. */
  close(): Promise<void>

  // The agent. Without a guest token, the guest with the newest conversation is used.

  /**
   * Sends something to the guest: a text, quick replies, a card or a file. Starts a conversation if there is
   * none.
   */
  agentSays(what: string | AgentMessage, guestToken?: string): StructuredMessage
  /** The same, as the bot. */
  botSays(what: string | AgentMessage, guestToken?: string): StructuredMessage
  /** The guest waits in the queue until the agent says something. */
  transferToQueue(guestToken?: string): void
  /** @param durationMs how long the guest should see the typing indicator; default 5000 */
  agentTypes(guestToken?: string, durationMs?: number): void
  /** Ends the conversation according to `disconnectMode`. */
  agentLeaves(guestToken?: string): void

  /** A single-use authorization code, as the site's own sign-in would get it for a person. */
  authorizationCode(userId: string, names?: { firstName?: string; lastName?: string }): string

  // The contact center, as clients see it over REST.

  /** Replaces the schedule group's opening hours. Times are local to `timeZone`; clients evaluate them themselves. */
  setHours(hours: HoursSpec): void
  /** From now on, requests for any schedule in the group get 404. */
  deleteSchedules(): void
  setEmergency(enabled: boolean): void
  setQueue(queue: QueueSpec): void
  /** Requested callbacks, oldest first. */
  readonly callbacks: readonly RequestedCallback[]

  // The knowledge base.

  /** Replaces the articles. */
  setArticles(articles: readonly ArticleSpec[]): void
  /** Ends all sessions of the knowledge base: their requests get 404. */
  forgetKnowledgeSessions(): void
  /** Guests' feedback on articles, oldest first. */
  readonly knowledgeFeedback: readonly KnowledgeFeedback[]

  // The journey.

  /** Replaces all action maps. Each map makes a visitor one offer; without maps, nothing is offered. */
  setActionMaps(maps: readonly ActionMapSpec[]): void
  /** Page events, oldest first. */
  readonly journeyEvents: readonly JourneyEvent[]
  /** The reported states of offers, oldest first. */
  readonly actionStates: readonly ActionState[]

  // Fault injection.

  /** Corrupts the next matching response, or as many as `times` specifies. See `FaultMatch` and `FaultSpec`. */
  injectFault(match: FaultMatch, spec: FaultSpec): Fault
  /** @deprecated The former name of `injectFault`. */
  bend(match: FaultMatch, spec: FaultSpec): Fault
  /** Cuts the TCP connections of all guests or of one, without a close frame. */
  dropSockets(guestToken?: string): void
  /** Closes guests' sockets with a code. Default 1001, "going away". */
  closeSockets(code?: number, reason?: string, guestToken?: string): void
  /** Expires the session: its clients get SessionExpiredEvent now, and code 4006 for later requests. */
  expireSession(guestToken?: string): void
  /** Drops the session: the token's next configuration creates a new one. Open connections stay open. */
  forgetSession(guestToken?: string): void
  /** Requests with an OAuth token that was issued before this call get 401. */
  expireOAuthTokens(): void

  // Inspection. `requests` and `frames` contain the last 10,000 entries (unless `record` is false).

  readonly requests: readonly RecordedRequest[]
  readonly frames: readonly RecordedFrame[]
  /** How many `POST /oauth/token` requests were received. */
  readonly tokenRequests: number
  /** Waits for the next matching frame, in either direction; rejects after 5 s by default. */
  nextFrame(query: FrameQuery, wait?: { timeoutMs?: number }): Promise<RecordedFrame>
  /** Like `nextFrame`, but also resolves to a frame that was already seen. */
  seenFrame(query: FrameQuery, wait?: { timeoutMs?: number }): Promise<RecordedFrame>
  /** Waits for the end of the next matching request, for example `'PUT /api/v2/*'`. */
  nextRequest(query: RequestQuery, wait?: { timeoutMs?: number }): Promise<RecordedRequest>
  seenRequest(query: RequestQuery, wait?: { timeoutMs?: number }): Promise<RecordedRequest>
  /** All messages of a session, oldest first. */
  transcript(guestToken?: string): TranscriptEntry[]
  /** The participant data as seen by the agent and routing. */
  sawAttributes(guestToken?: string): SawAttributes
  readonly sessions: SessionInfo[]
  /** Guests of the REST guest operations, with their messages and attributes. */
  readonly restGuests: readonly RestGuest[]
  /** Number of open sockets, configured or not, for one guest or for all. */
  connections(guestToken?: string): number
}

type SettingName = `GENESYS_${
  | 'API_URL'
  | 'LOGIN_URL'
  | 'CDN_URL'
  | 'MESSAGING_URL'
  | 'ORGANIZATION_ID'
  | 'DEPLOYMENT_ID'
  | 'CLIENT_ID'
  | 'CLIENT_SECRET'}`

/** Starts the simulator. By default it listens on 127.0.0.1 and a free port. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const settings = resolveSettings(options)
  const parts = createParts(settings)
  const server = http.createServer(parts.restApp)
  const cutSockets = attach(server, parts.guestSocket)
  const host = options.host ?? '127.0.0.1'
  await listen(server, options.port ?? 0, host)
  const { port } = server.address() as AddressInfo
  const expiring = setInterval(parts.sessions.expireOld, 1000).unref()

  async function close(): Promise<void> {
    clearInterval(expiring)
    parts.agent.stop()
    cutSockets()
    const closed = new Promise((resolve) => server.close(resolve))
    server.closeAllConnections()
    await closed
  }

  const url = settings.publicUrl ?? `http://${reachable(host)}:${port}`
  const { organizationId, deploymentId, clientId, clientSecret } = settings
  const { scheduleGroupId, emergencyGroupId, queueId } = settings
  const messagingUrl = url.replace(/^http/, 'ws')
  return Object.defineProperties(
    {
      url,
      messagingUrl,
      port,
      organizationId,
      deploymentId,
      clientId,
      clientSecret,
      scheduleGroupId,
      emergencyGroupId,
      queueId,
      settings: {
        GENESYS_API_URL: url,
        GENESYS_LOGIN_URL: url,
        GENESYS_CDN_URL: url,
        GENESYS_MESSAGING_URL: messagingUrl,
        GENESYS_ORGANIZATION_ID: organizationId,
        GENESYS_DEPLOYMENT_ID: deploymentId,
        GENESYS_CLIENT_ID: clientId,
        GENESYS_CLIENT_SECRET: clientSecret,
      },
      close,
    },
    Object.getOwnPropertyDescriptors(testSurface(parts)),
  ) as Simulator
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      resolve()
    })
  })
}

/** A server that listens on all addresses is used through the loopback address. */
function reachable(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1'
  return host.includes(':') ? `[${host}]` : host
}
