import type { UpstreamErrorCode } from '../errors/upstream-error.ts'
import type { ProblemEntry } from './entry.ts'
import type { SESSION_PROBLEMS } from './session-entries.ts'

/** Failures between this service and Genesys Cloud. */
export const UPSTREAM_PROBLEMS = {
  upstream_refused: {
    status: 502,
    title: 'Genesys refused the request',
    description: '`upstream` contains the status and code of Genesys’ response.',
    clientAction: 'The page cannot fix this. Give the operator the `requestId`.',
    operatorAction:
      'With 403, the OAuth client’s role lacks a permission or a division, or the website is not among the deployment’s allowed domains. With 400 or 404, check the deployment and the region. Genesys support can find the call by its correlation id.',
  },
  upstream_auth_failed: {
    status: 502,
    title: 'Genesys did not accept the OAuth client',
    description:
      'It refused the credentials of this service’s OAuth client, or an access token that it issued to that client.',
    clientAction: 'The page cannot fix this. Give the operator the `requestId`.',
    operatorAction:
      'Check `GENESYS_CLIENT_ID`, `GENESYS_CLIENT_SECRET` and `GENESYS_REGION`: a client exists in only one region. Its grant type must be “Client Credentials”, and it needs a role.',
  },
  upstream_bad_response: {
    status: 502,
    title: 'Genesys sent an unexpected response',
    description:
      'The response was not as documented: it was not JSON, was cut off, or lacked a required field.',
    clientAction: 'Retrying may help. To retry a message, use the same `Idempotency-Key`.',
    operatorAction:
      'Something else may be responding in place of Genesys: a proxy, a gateway or a sign-in page. Check `GENESYS_*_URL` and `GENESYS_GUEST_API`.',
  },
  deployment_not_usable: {
    status: 502,
    title: 'The Messenger deployment cannot be used',
    description:
      'Genesys does not know the deployment, the deployment is inactive, or the website is not among its allowed domains.',
    clientAction: 'The page cannot fix this. Give the operator the `requestId`.',
    operatorAction:
      'In Genesys Cloud, under Messenger Deployments, compare the id with `GENESYS_DEPLOYMENT_ID` and the region with `GENESYS_REGION`, set the status to active, and add the website to the allowed domains.',
  },
  upstream_rate_limited: {
    status: 429,
    title: 'A Genesys rate limit was reached',
    description:
      'Genesys Cloud allows 5 messages per second and 60 requests per minute per guest, and 300 calls per minute for the OAuth client.',
    clientAction: 'Wait for `Retry-After` seconds, then retry with the same `Idempotency-Key`.',
    operatorAction:
      'If this happens to many guests, look at the upstream calls in `/metrics`: other programs may share the OAuth client.',
    retryAfterSeconds: 5,
  },
  upstream_unavailable: {
    status: 503,
    title: 'Genesys cannot be reached',
    description:
      'No connection to Genesys Cloud could be established, or Genesys Cloud reports that it is unavailable. If the request contained a message, Genesys has certainly not accepted the message.',
    clientAction: 'Retry after `Retry-After` seconds. Live events resume by themselves.',
    operatorAction:
      'Check the Genesys Cloud status page. On this machine, check DNS, the firewall (port 443 to the region’s hosts, including WebSocket) and certificates.',
    retryAfterSeconds: 5,
  },
  upstream_timeout: {
    status: 504,
    title: 'Genesys did not respond in time',
    description: 'The response from Genesys Cloud did not arrive within the time limit.',
    clientAction: 'Retry. To retry a message, use the same `Idempotency-Key`.',
    operatorAction:
      '`UPSTREAM_TIMEOUT_MS` sets the limit. If this happens often, look at the duration of upstream calls in `/metrics`.',
  },
  delivery_unknown: {
    status: 504,
    title: 'It is unknown whether the message was delivered',
    description: 'The message was sent, but Genesys Cloud did not confirm it in time.',
    clientAction:
      'Retry with the same `Idempotency-Key`: the message is sent again only if it did not arrive.',
    operatorAction:
      'Isolated cases occur when a connection fails. If this happens often, check `UPSTREAM_TIMEOUT_MS`, and find out what closes connections between this service and Genesys.',
  },
} satisfies Record<Exclude<UpstreamErrorCode, keyof typeof SESSION_PROBLEMS>, ProblemEntry>
