import * as z from 'zod'
import { withDeadline } from '../../upstream/with-deadline.ts'
import { pathSegment } from '../../upstream/path-segment.ts'
import { UpstreamError } from '../../upstream/upstream-error.ts'
import type { DeadlineAtMs, DeploymentInfo } from '../guest-api.ts'
import {
  DEPLOYMENT_NOT_ACTIVE,
  DEPLOYMENT_NOT_FOUND,
  DEPLOYMENT_OF_ANOTHER_ORGANIZATION,
  explainWith,
  READ_DEPLOYMENT,
} from '../refusal-hints.ts'
import type { RestGuestOptions } from './rest-guest.ts'

const GOOD_NEWS_LASTS_MS = 3 * 60_000
/** Short, so that a deployment that was mended opens soon. */
const BAD_NEWS_LASTS_MS = 15_000
/** Old good news serves while Genesys can't be asked. */
const OLD_NEWS_SERVES_MS = 60 * 60_000
/** One check, with its repeats, whoever waits for it. */
const CHECK_MAY_TAKE_MS = 20_000

export interface MessageCenterDeployment {
  /** What is known, at most some minutes old. */
  info(deadlineAtMs: DeadlineAtMs): Promise<DeploymentInfo>
  /** @throws {UpstreamError} `deployment_not_usable` unless the deployment is active. */
  requireActive(deadlineAtMs: DeadlineAtMs): Promise<void>
}

const Deployment = z.object({
  id: z.string(),
  name: z.string().nullish(),
  organizationId: z.string().nullish(),
  status: z.string(),
})

type News = { readonly atMs: number } & (
  | { readonly info: DeploymentInfo; readonly error?: never }
  | { readonly error: UpstreamError; readonly info?: never }
)

/** `GET /api/v2/messagecenter/deployments/{deploymentId}` with our OAuth token, asked by one for all. */
export function createMessageCenterDeployment(options: RestGuestOptions): MessageCenterDeployment {
  const { now = Date.now } = options
  let news: News | undefined
  let pending: Promise<News> | undefined

  async function check(): Promise<News> {
    const atMs = now()
    try {
      news = { atMs, info: await readDeployment(options, atMs + CHECK_MAY_TAKE_MS) }
    } catch (error) {
      if (!(error instanceof UpstreamError)) throw error
      news = oldNewsServe(news, error, atMs) ? news : { atMs, error }
    }
    return news
  }

  async function latest(deadlineAtMs: DeadlineAtMs): Promise<DeploymentInfo> {
    if (!news || now() >= freshUntilMs(news)) {
      pending ??= check().finally(() => {
        pending = undefined
      })
      await withDeadline(pending, deadlineAtMs - now(), 'Genesys took too long to show the deployment.')
    }
    return infoOf(news)
  }

  return {
    info: latest,
    async requireActive(deadlineAtMs) {
      const { status } = await latest(deadlineAtMs)
      if (status !== 'active') throw notUsable('The deployment is not active.', DEPLOYMENT_NOT_ACTIVE)
    },
  }
}

function infoOf(news: News | undefined): DeploymentInfo {
  if (news?.info) return news.info
  throw news?.error ?? notUsable('Nothing is known of the deployment.', DEPLOYMENT_NOT_FOUND)
}

function freshUntilMs({ atMs, info, error }: News): number {
  if (info) return atMs + (info.status === 'active' ? GOOD_NEWS_LASTS_MS : BAD_NEWS_LASTS_MS)
  return isVerdict(error) ? atMs + BAD_NEWS_LASTS_MS : atMs
}

function oldNewsServe(news: News | undefined, error: UpstreamError, nowMs: number): news is News {
  return news?.info?.status === 'active' && !isVerdict(error) && nowMs < news.atMs + OLD_NEWS_SERVES_MS
}

/** Genesys has spoken on the deployment; anything else only says that it can't be asked now. */
function isVerdict({ code }: UpstreamError): boolean {
  return code === 'deployment_not_usable' || code === 'upstream_refused'
}

async function readDeployment(
  options: RestGuestOptions,
  deadlineAtMs: DeadlineAtMs,
): Promise<DeploymentInfo> {
  const { apiUrl, deploymentId, organizationId, client, accessToken } = options
  const url = `${apiUrl}/api/v2/messagecenter/deployments/${pathSegment(deploymentId) ?? ''}`
  const read = (authorization: string): Promise<z.infer<typeof Deployment>> =>
    client.request({
      operation: 'show the deployment',
      method: 'GET',
      url,
      headers: { authorization },
      schema: Deployment,
      deadlineAtMs,
      retry: 'idempotent',
      explain: explainWith(READ_DEPLOYMENT),
    })
  const deployment = await accessToken.authorize(read, deadlineAtMs).catch((error: unknown) => {
    throw isNotFound(error) ? notUsable('There is no such deployment.', DEPLOYMENT_NOT_FOUND, error) : error
  })
  if (organizationId && deployment.organizationId && deployment.organizationId !== organizationId) {
    throw notUsable('The deployment is not of this organisation.', DEPLOYMENT_OF_ANOTHER_ORGANIZATION)
  }
  return {
    id: deployment.id,
    status: deployment.status.toLowerCase() === 'active' ? 'active' : 'inactive',
    ...(deployment.name && { name: deployment.name }),
    ...(deployment.organizationId && { organizationId: deployment.organizationId }),
  }
}

function isNotFound(error: unknown): error is UpstreamError {
  return error instanceof UpstreamError && error.facts.status === 404
}

function notUsable(message: string, hint: string, refusal?: UpstreamError): UpstreamError {
  return new UpstreamError('deployment_not_usable', message, { ...refusal?.facts, hint })
}
