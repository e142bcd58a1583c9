import type { ProblemEntry } from './entry.ts'
import type { RequestErrorCode } from '../middleware/request-error.ts'

/** Refusals of the guards and schemas, before any guest session is looked at. */
export const REQUEST_PROBLEMS = {
  invalid_request: {
    status: 400,
    title: 'The request is not valid',
    happened:
      'A field of the body, the query or a header is missing, unknown or has a wrong form. `errors` names each.',
    page: 'Mend what `errors` names. Unknown fields are refused on purpose, so that a typing mistake is seen.',
    operator:
      'Nothing to do. The page and this service may be of different versions: compare with `/openapi.json`.',
  },
  invalid_json: {
    status: 400,
    title: 'The body is not JSON',
    happened: 'The body says that it is `application/json`, but it cannot be parsed as that.',
    page: 'Send `JSON.stringify(value)`, in UTF-8, and nothing around it.',
    operator: 'Nothing to do, unless something between the page and this service rewrites or cuts bodies.',
  },
  origin_not_allowed: {
    status: 403,
    title: 'This website is not allowed here',
    happened: 'The request comes from an origin that is not on the list, or from none where one is required.',
    page: 'Serve the page from an allowed origin. `file://` pages and sandboxed frames have the origin `null`, which is never allowed.',
    operator:
      'Add the exact origin (scheme, host and port, no path) to `ALLOWED_ORIGINS`; `https://*.example.com` stands for subdomains. For callers that are no browser see `ALLOW_NO_ORIGIN`.',
  },
  not_found: {
    status: 404,
    title: 'Nothing is here',
    happened: 'No route has this path, or the thing that it names does not exist.',
    page: 'Compare the path with `/docs`. Behind a prefix, the base address of the client must have the prefix too.',
    operator:
      'Check that a proxy in front removes, or keeps, the path prefix as this service expects it; `DOCS` and `DEMO` switch pages off.',
  },
  method_not_allowed: {
    status: 405,
    title: 'This path has no such method',
    happened: 'The path exists, but not with this method. `Allow` in the answer names those that it has.',
    page: 'Use a method that `Allow` names.',
    operator: 'Nothing to do, unless a proxy in front rewrites methods.',
  },
  not_acceptable: {
    status: 406,
    title: 'No such form of answer',
    happened: 'The `Accept` header excludes every form in which this route can answer.',
    page: 'Accept `application/json`, and `text/event-stream` for `GET /events`.',
    operator: 'Nothing to do, unless a proxy in front rewrites headers.',
  },
  unsupported_media_type: {
    status: 415,
    title: 'The body has a type that is not read here',
    happened:
      'The `Content-Type`, its charset or the `Content-Encoding` of the body is not supported by this route.',
    page: 'Send JSON as `Content-Type: application/json` in UTF-8 and uncompressed; files go to `POST /attachments`.',
    operator: 'Nothing to do.',
  },
  request_too_large: {
    status: 413,
    title: 'The request is too large',
    happened: 'The body is larger than this route reads.',
    page: 'Send less at once. The limits of a guest session are in the answer of `POST /guest-session`.',
    operator: 'The bounds are the `MAX_*` variables. A proxy in front may have a lower one of its own.',
  },
  rate_limited: {
    status: 429,
    title: 'Too many requests',
    happened: 'This guest, this address or all together sent more than this service lets through.',
    page: 'Wait for `Retry-After` seconds, then go on. One stream on `GET /events` replaces polling.',
    operator:
      'The bounds are the `RATE_*` variables. If all guests seem to share one address, set `TRUST_PROXY` to the number of proxies in front.',
    retryAfterSeconds: 1,
  },
  overloaded: {
    status: 503,
    title: 'Too much to do at the moment',
    happened: 'More requests are under way than this process takes on. Nothing was done for this one.',
    page: 'Repeat it after `Retry-After` seconds, with the same `Idempotency-Key`.',
    operator:
      'Run more replicas, or raise the `MAX_*` bounds. Slow answers of Genesys show as long upstream calls in `/metrics`.',
    retryAfterSeconds: 1,
  },
  shutting_down: {
    status: 503,
    title: 'This replica is going away',
    happened: 'The process got the signal to stop and takes nothing new.',
    page: 'Repeat it after `Retry-After` seconds: another replica answers. The session token stays good.',
    operator:
      'Nothing to do during a rollout. Otherwise see who stops the process; `DRAIN_MS` bounds how long it finishes what it has.',
    retryAfterSeconds: 1,
  },
  internal_error: {
    status: 500,
    title: 'Something went wrong here',
    happened: 'An error that this service did not foresee. The answer says nothing more on purpose.',
    page: 'Repeating may help. If it does not, give the operator the `requestId`.',
    operator:
      'Search the log for the `requestId`: the line at level `error` has the place. This is a bug; please report it.',
  },
} satisfies Record<RequestErrorCode, ProblemEntry>
