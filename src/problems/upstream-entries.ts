import type { UpstreamErrorCode } from '../upstream/upstream-error.ts'
import type { ProblemEntry } from './entry.ts'
import type { SESSION_PROBLEMS } from './session-entries.ts'

/** What goes wrong between this service and Genesys Cloud, through no fault of the guest. */
export const UPSTREAM_PROBLEMS = {
  upstream_refused: {
    status: 502,
    title: 'Genesys refused the request',
    description: 'Genesys Cloud answered, and said no. `upstream` has its status and code.',
    clientAction: 'Nothing that the page can mend. Give the operator the `requestId`.',
    operatorAction:
      'For 403: the role of the OAuth client lacks a permission or a division, or the website is not among the allowed domains of the deployment. For 400 and 404: compare deployment and region. Genesys support finds the call by its correlation id.',
  },
  upstream_auth_failed: {
    status: 502,
    title: 'Genesys does not accept this service’s credentials',
    description: 'The OAuth client of this service was refused.',
    clientAction: 'Nothing that the page can mend. Give the operator the `requestId`.',
    operatorAction:
      'Check `GENESYS_CLIENT_ID`, `GENESYS_CLIENT_SECRET` and `GENESYS_REGION`: a client exists in one region only. Its grant type must be “Client Credentials”, and it needs a role.',
  },
  upstream_bad_response: {
    status: 502,
    title: 'Genesys answered something unexpected',
    description:
      'The answer was not of the form that is expected: not JSON, cut off, or without a field that has to be there.',
    clientAction: 'Repeating may help; a message with the same `Idempotency-Key`.',
    operatorAction:
      'Something else may answer in Genesys’ place: a proxy, a gateway, a sign-in page. Check `GENESYS_*_URL` and `GENESYS_GUEST_API`.',
  },
  deployment_not_usable: {
    status: 502,
    title: 'The Messenger deployment cannot be used',
    description:
      'Genesys does not know the deployment, it is inactive, or the website is not among its allowed domains.',
    clientAction: 'Nothing that the page can mend. Give the operator the `requestId`.',
    operatorAction:
      'In Genesys Cloud, under Messenger Deployments: compare the id with `GENESYS_DEPLOYMENT_ID` and the region with `GENESYS_REGION`, set the status to active, and add the website to the allowed domains.',
  },
  upstream_rate_limited: {
    status: 429,
    title: 'Genesys wants less at once',
    description:
      'A limit of Genesys Cloud was reached: 5 messages a second and 60 requests a minute for one guest, 300 calls a minute for the OAuth client.',
    clientAction: 'Wait for `Retry-After` seconds, then repeat it with the same `Idempotency-Key`.',
    operatorAction:
      'If it happens to many guests, count upstream calls in `/metrics`: other programs may share the OAuth client.',
    retryAfterSeconds: 5,
  },
  upstream_unavailable: {
    status: 503,
    title: 'Genesys cannot be reached',
    description:
      'No connection to Genesys Cloud could be made, or it says that it is not available. A message was certainly not taken.',
    clientAction: 'Repeat it after `Retry-After` seconds. Live events go on by themselves.',
    operatorAction:
      'Check the status page of Genesys Cloud, and from here DNS, the firewall (443 to the region’s hosts, WebSocket included) and certificates.',
    retryAfterSeconds: 5,
  },
  upstream_timeout: {
    status: 504,
    title: 'Genesys did not answer in time',
    description: 'The answer of Genesys Cloud did not come within the time limit.',
    clientAction: 'Repeat it; a message with the same `Idempotency-Key`.',
    operatorAction:
      'The limit is `UPSTREAM_TIMEOUT_MS`. If it happens often, see the duration of upstream calls in `/metrics`.',
  },
  delivery_unknown: {
    status: 504,
    title: 'It is not known whether the message arrived',
    description: 'The message was sent, but Genesys Cloud has not confirmed it in time.',
    clientAction: 'Repeat it with the same `Idempotency-Key`: it is sent again only if it did not arrive.',
    operatorAction:
      'Single cases happen when a connection breaks. If it happens often, see `UPSTREAM_TIMEOUT_MS` and what closes connections on the way.',
  },
} satisfies Record<Exclude<UpstreamErrorCode, keyof typeof SESSION_PROBLEMS>, ProblemEntry>
