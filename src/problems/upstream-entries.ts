import type { UpstreamErrorCode } from '../upstream/upstream-error.ts'
import type { ProblemEntry } from './entry.ts'
import type { SESSION_PROBLEMS } from './session-entries.ts'

/** What goes wrong between this service and Genesys Cloud, through no fault of the guest. */
export const UPSTREAM_PROBLEMS = {
  upstream_refused: {
    status: 502,
    title: 'Genesys refused the request',
    happened: 'Genesys Cloud answered, and said no. `upstream` has its status and code.',
    page: 'Nothing that the page can mend. Give the operator the `requestId`.',
    operator:
      'For 403: the role of the OAuth client lacks a permission or a division, or the website is not among the allowed domains of the deployment. For 400 and 404: compare deployment and region. Genesys support finds the call by its correlation id.',
  },
  upstream_auth_failed: {
    status: 502,
    title: 'Genesys does not accept this service’s credentials',
    happened: 'The OAuth client of this service was refused.',
    page: 'Nothing that the page can mend. Give the operator the `requestId`.',
    operator:
      'Check `GENESYS_CLIENT_ID`, `GENESYS_CLIENT_SECRET` and `GENESYS_REGION`: a client exists in one region only. Its grant type must be “Client Credentials”, and it needs a role.',
  },
  upstream_bad_response: {
    status: 502,
    title: 'Genesys answered something unexpected',
    happened:
      'The answer was not of the form that is expected: not JSON, cut off, or without a field that has to be there.',
    page: 'Repeating may help; a message with the same `Idempotency-Key`.',
    operator:
      'Something else may answer in Genesys’ place: a proxy, a gateway, a sign-in page. Check `GENESYS_*_URL` and `GENESYS_GUEST_API`.',
  },
  deployment_not_usable: {
    status: 502,
    title: 'The Messenger deployment cannot be used',
    happened:
      'Genesys does not know the deployment, it is inactive, or the website is not among its allowed domains.',
    page: 'Nothing that the page can mend. Give the operator the `requestId`.',
    operator:
      'In Genesys Cloud, under Messenger Deployments: compare the id with `GENESYS_DEPLOYMENT_ID` and the region with `GENESYS_REGION`, set the status to active, and add the website to the allowed domains.',
  },
  upstream_rate_limited: {
    status: 429,
    title: 'Genesys wants less at once',
    happened:
      'A limit of Genesys Cloud was reached: 5 messages a second and 60 requests a minute for one guest, 300 calls a minute for the OAuth client.',
    page: 'Wait for `Retry-After` seconds, then repeat it with the same `Idempotency-Key`.',
    operator:
      'If it happens to many guests, count upstream calls in `/metrics`: other programs may share the OAuth client.',
    retryAfterSeconds: 5,
  },
  upstream_unavailable: {
    status: 503,
    title: 'Genesys cannot be reached',
    happened:
      'No connection to Genesys Cloud could be made, or it says that it is not available. A message was certainly not taken.',
    page: 'Repeat it after `Retry-After` seconds. Live events go on by themselves.',
    operator:
      'Check the status page of Genesys Cloud, and from here DNS, the firewall (443 to the region’s hosts, WebSocket included) and certificates.',
    retryAfterSeconds: 5,
  },
  upstream_timeout: {
    status: 504,
    title: 'Genesys did not answer in time',
    happened: 'The answer of Genesys Cloud did not come within the time limit.',
    page: 'Repeat it; a message with the same `Idempotency-Key`.',
    operator:
      'The limit is `UPSTREAM_TIMEOUT_MS`. If it happens often, see the duration of upstream calls in `/metrics`.',
  },
  delivery_unknown: {
    status: 504,
    title: 'It is not known whether the message arrived',
    happened: 'The message was sent, but Genesys Cloud has not confirmed it in time.',
    page: 'Repeat it with the same `Idempotency-Key`: it is sent again only if it did not arrive.',
    operator:
      'Single cases happen when a connection breaks. If it happens often, see `UPSTREAM_TIMEOUT_MS` and what closes connections on the way.',
  },
} satisfies Record<Exclude<UpstreamErrorCode, keyof typeof SESSION_PROBLEMS>, ProblemEntry>
