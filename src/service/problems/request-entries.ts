import type { ProblemEntry } from './entry.ts'
import type { RequestErrorCode } from '../middleware/request-error.ts'

/** Refusals by middleware and schemas: about the request, not about a guest's session. */
export const REQUEST_PROBLEMS = {
  invalid_request: {
    status: 400,
    title: 'The request is not valid',
    description:
      'A field of the body, the query or a header is missing, unknown or malformed. `errors` lists each one.',
    clientAction: 'Fix the fields in `errors`. Unknown fields are refused so that typos are noticed.',
    operatorAction:
      'Nothing to do. If the page and this service have different versions, compare with `/openapi.json`.',
  },
  invalid_json: {
    status: 400,
    title: 'The body is not JSON',
    description: 'The body is declared as `application/json` but cannot be parsed.',
    clientAction: 'Send `JSON.stringify(value)` in UTF-8, and nothing around it.',
    operatorAction: 'Nothing to do, unless something between the page and this service changes bodies.',
  },
  origin_not_allowed: {
    status: 403,
    title: 'This website is not allowed',
    description: 'The origin of the request is not on the allowlist, or is missing where one is required.',
    clientAction:
      'Serve the page from an allowed origin. `file://` pages and sandboxed frames have the origin `null`, which is never allowed.',
    operatorAction:
      'Add the exact origin (scheme, host and port, no path) to `ALLOWED_ORIGINS`; `https://*.example.com` allows subdomains. For callers other than browsers, see `ALLOW_NO_ORIGIN`.',
  },
  blocked: {
    status: 403,
    title: 'This caller is blocked',
    description: 'The operator of the service does not serve this network or visitor.',
    clientAction: 'Offer another way to reach the website. A retry does not help.',
    operatorAction: '`BLOCKLIST_FILE` names the networks and visitors.',
  },
  challenge_required: {
    status: 403,
    title: 'A challenge must be solved first',
    description:
      'The service opens a new session only for a solved challenge, always or while many sessions are opened.',
    clientAction:
      'Solve `challenge` of this response, and repeat the request with the solution as `challenge` in its body. The chat does it by itself for `altcha`.',
    operatorAction: '`CHALLENGE` and `CHALLENGE_ABOVE_PER_MINUTE` say which challenge, and when.',
  },
  challenge_failed: {
    status: 403,
    title: 'The challenge was not solved',
    description: 'The solution is wrong, too old, was used before, or belongs to another website.',
    clientAction: 'Solve `challenge` of this response: a solution is accepted once, for some minutes.',
    operatorAction:
      'If it happens to many guests: every replica needs the same `SESSION_KEYS`, or the vendor’s secret does not belong to this website.',
  },
  challenge_unavailable: {
    status: 503,
    title: 'The challenge cannot be verified',
    description: 'The vendor of the challenge did not say whether the solution is right.',
    clientAction: 'Retry after `Retry-After` seconds, with a new solution.',
    operatorAction:
      'Check `CHALLENGE_SECRET`, and that the vendor can be reached. `CHALLENGE_FAILURE=accept` opens sessions without a verified solution meanwhile.',
    retryAfterSeconds: 5,
  },
  not_found: {
    status: 404,
    title: 'Not found',
    description: 'There is no route with this path, or the resource does not exist.',
    clientAction:
      'Compare the path with `/docs`. If the service is mounted under a prefix, the client’s base URL must include it.',
    operatorAction:
      'Check that the proxy keeps or removes the path prefix as this service expects; `DOCS` and `DEMO` turn pages off.',
  },
  method_not_allowed: {
    status: 405,
    title: 'Method not allowed',
    description: 'The path exists, but not with this method. The `Allow` header lists the methods it has.',
    clientAction: 'Use one of the methods in `Allow`.',
    operatorAction: 'Nothing to do, unless a proxy changes methods.',
  },
  callback_not_allowed: {
    status: 403,
    title: 'Only signed-in visitors can be called back',
    description: 'The session has no visitor who was verified.',
    clientAction: 'Sign the visitor in with the `userToken` of your website, and request the callback again.',
    operatorAction: '`CALLBACKS=on` lets every guest request callbacks.',
  },
  callback_outside_hours: {
    status: 422,
    title: 'The contact center is closed at that time',
    description: 'Callbacks are possible while the contact center is open.',
    clientAction: 'Offer the time in `nextPossibleAt`, where there is one.',
    operatorAction: 'Check the schedules of `GENESYS_SCHEDULE_GROUP_ID`.',
  },
  not_enabled: {
    status: 501,
    title: 'This is not set up',
    description: 'The service can do this, and its operator has not set it up.',
    clientAction:
      'Offer it only where `capabilities` of the guest session names it, or hide it after this response.',
    operatorAction:
      'Set what the page of the feature in the documentation names, such as `GENESYS_QUEUE_ID`.',
  },
  not_acceptable: {
    status: 406,
    title: 'Not acceptable',
    description: 'The `Accept` header excludes every media type that this route returns.',
    clientAction: 'Accept `application/json`, and `text/event-stream` for `GET /events`.',
    operatorAction: 'Nothing to do, unless a proxy changes headers.',
  },
  request_timeout: {
    status: 408,
    title: 'The request took too long to arrive',
    description: 'Its head or its body did not arrive within the time limit.',
    clientAction: 'Send it again, with the same `Idempotency-Key`.',
    operatorAction:
      'Nothing to do for single slow guests. A proxy in front can buffer requests, so that slow ones never get here.',
  },
  range_not_satisfiable: {
    status: 416,
    title: 'The file is shorter than the range',
    description: 'The `Range` header asks for a part that the file does not have.',
    clientAction: 'Ask for the whole file.',
    operatorAction: 'Nothing to do.',
  },
  expectation_failed: {
    status: 417,
    title: 'This expectation is not supported',
    description: 'The `Expect` header asks for something other than `100-continue`.',
    clientAction: 'Send the request without the `Expect` header.',
    operatorAction: 'Nothing to do.',
  },
  headers_too_large: {
    status: 431,
    title: 'The headers of the request are too large',
    description: 'Address and headers together have more than 16 KiB.',
    clientAction: 'Send fewer or shorter headers. Often many cookies of the website are the cause.',
    operatorAction:
      'Run this service on its own host name, so that browsers do not send it the cookies of the website.',
  },
  unsupported_media_type: {
    status: 415,
    title: 'Unsupported media type',
    description: 'This route does not support the `Content-Type`, charset or `Content-Encoding` of the body.',
    clientAction:
      'Send JSON as `Content-Type: application/json` in UTF-8 and uncompressed; send files to `POST /attachments`.',
    operatorAction: 'Nothing to do.',
  },
  request_too_large: {
    status: 413,
    title: 'The request is too large',
    description: 'The body is larger than this route accepts.',
    clientAction:
      'Send less at once. The response of `POST /guest-session` has the limits of the guest session.',
    operatorAction:
      'The `MAX_*` variables set the limits. A proxy in front can have a lower limit of its own.',
  },
  rate_limited: {
    status: 429,
    title: 'Too many requests',
    description:
      'This guest, this address, or all clients together sent more requests than this service allows.',
    clientAction: 'Wait for `Retry-After` seconds, then continue. Use `GET /events` instead of polling.',
    operatorAction:
      'The `RATE_*` variables set the limits. If all guests seem to share one address, set `TRUST_PROXY`.',
    retryAfterSeconds: 1,
  },
  overloaded: {
    status: 503,
    title: 'The service is overloaded',
    description: 'This process is at its limit. Nothing was done for this request.',
    clientAction: 'Retry after `Retry-After` seconds with the same `Idempotency-Key`.',
    operatorAction:
      'Run more replicas, or raise the `MAX_*` limits. Slow responses from Genesys show up as long upstream calls in `/metrics`.',
    retryAfterSeconds: 1,
  },
  shutting_down: {
    status: 503,
    title: 'This replica is shutting down',
    description: 'The process is shutting down and accepts no new requests.',
    clientAction:
      'Retry after `Retry-After` seconds: another replica responds. The session token remains valid.',
    operatorAction:
      'Nothing to do during a rollout. Otherwise find out what stops the process; `DRAIN_MS` limits how long it finishes its work.',
    retryAfterSeconds: 1,
  },
  internal_error: {
    status: 500,
    title: 'Internal error',
    description: 'This service failed in an unforeseen way. The response deliberately gives no details.',
    clientAction: 'Retrying can help. If it does not, give the operator the `requestId`.',
    operatorAction:
      'Search the log for the `requestId`: the line at level `error` shows where. This is a bug; please report it.',
  },
} satisfies Record<RequestErrorCode, ProblemEntry>
