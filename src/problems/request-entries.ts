import type { ProblemEntry } from './entry.ts'
import type { RequestErrorCode } from '../middleware/request-error.ts'

/** Refusals of the guards and schemas, before any guest session is looked at. */
export const REQUEST_PROBLEMS = {
  invalid_request: {
    status: 400,
    title: 'The request is not valid',
    description:
      'A field of the body, the query or a header is missing, unknown or has a wrong form. `errors` names each.',
    clientAction:
      'Mend what `errors` names. Unknown fields are refused on purpose, so that a typing mistake is seen.',
    operatorAction:
      'Nothing to do. The page and this service may be of different versions: compare with `/openapi.json`.',
  },
  invalid_json: {
    status: 400,
    title: 'The body is not JSON',
    description: 'The body says that it is `application/json`, but it cannot be parsed as that.',
    clientAction: 'Send `JSON.stringify(value)`, in UTF-8, and nothing around it.',
    operatorAction:
      'Nothing to do, unless something between the page and this service rewrites or cuts bodies.',
  },
  origin_not_allowed: {
    status: 403,
    title: 'This website is not allowed here',
    description:
      'The request comes from an origin that is not on the list, or from none where one is required.',
    clientAction:
      'Serve the page from an allowed origin. `file://` pages and sandboxed frames have the origin `null`, which is never allowed.',
    operatorAction:
      'Add the exact origin (scheme, host and port, no path) to `ALLOWED_ORIGINS`; `https://*.example.com` stands for subdomains. For callers that are no browser see `ALLOW_NO_ORIGIN`.',
  },
  not_found: {
    status: 404,
    title: 'Nothing is here',
    description: 'No route has this path, or the thing that it names does not exist.',
    clientAction:
      'Compare the path with `/docs`. Behind a prefix, the base address of the client must have the prefix too.',
    operatorAction:
      'Check that a proxy in front removes, or keeps, the path prefix as this service expects it; `DOCS` and `DEMO` switch pages off.',
  },
  method_not_allowed: {
    status: 405,
    title: 'This path has no such method',
    description: 'The path exists, but not with this method. `Allow` in the answer names those that it has.',
    clientAction: 'Use a method that `Allow` names.',
    operatorAction: 'Nothing to do, unless a proxy in front rewrites methods.',
  },
  not_acceptable: {
    status: 406,
    title: 'No such form of answer',
    description: 'The `Accept` header excludes every form in which this route can answer.',
    clientAction: 'Accept `application/json`, and `text/event-stream` for `GET /events`.',
    operatorAction: 'Nothing to do, unless a proxy in front rewrites headers.',
  },
  unsupported_media_type: {
    status: 415,
    title: 'The body has a type that is not read here',
    description:
      'The `Content-Type`, its charset or the `Content-Encoding` of the body is not supported by this route.',
    clientAction:
      'Send JSON as `Content-Type: application/json` in UTF-8 and uncompressed; files go to `POST /attachments`.',
    operatorAction: 'Nothing to do.',
  },
  request_too_large: {
    status: 413,
    title: 'The request is too large',
    description: 'The body is larger than this route reads.',
    clientAction:
      'Send less at once. The limits of a guest session are in the answer of `POST /guest-session`.',
    operatorAction: 'The bounds are the `MAX_*` variables. A proxy in front may have a lower one of its own.',
  },
  rate_limited: {
    status: 429,
    title: 'Too many requests',
    description: 'This guest, this address or all together sent more than this service lets through.',
    clientAction: 'Wait for `Retry-After` seconds, then go on. One stream on `GET /events` replaces polling.',
    operatorAction:
      'The bounds are the `RATE_*` variables. If all guests seem to share one address, set `TRUST_PROXY` to the number of proxies in front.',
    retryAfterSeconds: 1,
  },
  overloaded: {
    status: 503,
    title: 'Too much to do at the moment',
    description: 'More requests are under way than this process takes on. Nothing was done for this one.',
    clientAction: 'Repeat it after `Retry-After` seconds, with the same `Idempotency-Key`.',
    operatorAction:
      'Run more replicas, or raise the `MAX_*` bounds. Slow answers of Genesys show as long upstream calls in `/metrics`.',
    retryAfterSeconds: 1,
  },
  shutting_down: {
    status: 503,
    title: 'This replica is going away',
    description: 'The process got the signal to stop and takes nothing new.',
    clientAction:
      'Repeat it after `Retry-After` seconds: another replica answers. The session token stays good.',
    operatorAction:
      'Nothing to do during a rollout. Otherwise see who stops the process; `DRAIN_MS` bounds how long it finishes what it has.',
    retryAfterSeconds: 1,
  },
  internal_error: {
    status: 500,
    title: 'Something went wrong here',
    description: 'An error that this service did not foresee. The answer says nothing more on purpose.',
    clientAction: 'Repeating may help. If it does not, give the operator the `requestId`.',
    operatorAction:
      'Search the log for the `requestId`: the line at level `error` has the place. This is a bug; please report it.',
  },
} satisfies Record<RequestErrorCode, ProblemEntry>
