import type { ProblemEntry } from './entry.ts'
import type { RequestErrorCode } from '../errors/request-error.ts'

/** Refusals by middleware and schemas. They concern the request itself, not a guest's session. */
export const REQUEST_PROBLEMS = {
  invalid_request: {
    status: 400,
    title: 'The request is not valid',
    description:
      'A field of the body, a query parameter or a header is missing, unknown or malformed. `errors` lists each one.',
    clientAction: 'Fix the fields in `errors`. Unknown fields are refused so that typos are noticed.',
    operatorAction:
      'Nothing to do. If the page and this service have different versions, compare the request with `/openapi.json`.',
  },
  invalid_json: {
    status: 400,
    title: 'The body is not JSON',
    description: 'The body is declared as `application/json` but cannot be parsed.',
    clientAction: 'Send only `JSON.stringify(value)`, in UTF-8.',
    operatorAction:
      'Nothing to do, unless something between the page and this service modifies request bodies.',
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
    clientAction: 'Offer the visitor another way to contact you. A retry does not help.',
    operatorAction: 'The file in `BLOCKLIST_FILE` lists the blocked networks and visitors.',
  },
  challenge_required: {
    status: 403,
    title: 'A challenge must be solved first',
    description:
      'The page must solve a challenge before the service opens a new session or starts a new conversation. The operator can require this always, or only while many sessions are being opened.',
    clientAction:
      'Solve the `challenge` in this response, and repeat the request with the solution as `challenge` in its body. The service’s own chat solves `altcha` challenges automatically.',
    operatorAction:
      '`CHALLENGE` sets which challenge is required, and `CHALLENGE_ABOVE_PER_MINUTE` sets when.',
  },
  challenge_failed: {
    status: 403,
    title: 'The challenge was not solved',
    description: 'The solution is wrong, is too old, was used before, or belongs to another website.',
    clientAction:
      'Solve the `challenge` in this response. A solution is accepted only once, and only for a few minutes.',
    operatorAction:
      'If this happens to many guests, check that every replica has the same `SESSION_KEYS`, and that the vendor’s secret belongs to this website.',
  },
  challenge_unavailable: {
    status: 503,
    title: 'The challenge cannot be verified',
    description: 'The challenge vendor did not report whether the solution is correct.',
    clientAction: 'Retry after `Retry-After` seconds, with a new solution.',
    operatorAction:
      'Check `CHALLENGE_SECRET`, and check that the vendor can be reached. Until the vendor responds again, `CHALLENGE_FAILURE=accept` opens sessions without a verified solution.',
    retryAfterSeconds: 5,
  },
  not_found: {
    status: 404,
    title: 'Not found',
    description: 'There is no route with this path, or the resource does not exist.',
    clientAction:
      'Compare the path with `/docs`. If the service is mounted under a prefix, the client’s base URL must include it.',
    operatorAction:
      'Check that the proxy keeps or removes the path prefix as this service expects. `DOCS` and `DEMO` turn this service’s own pages on and off.',
  },
  method_not_allowed: {
    status: 405,
    title: 'Method not allowed',
    description:
      'The path exists, but it does not support this method. The `Allow` header lists the methods that it supports.',
    clientAction: 'Use one of the methods in `Allow`.',
    operatorAction: 'Nothing to do, unless a proxy changes the request method.',
  },
  callback_not_allowed: {
    status: 403,
    title: 'Only signed-in visitors can be called back',
    description: 'The visitor of this session has not been verified.',
    clientAction: 'Sign the visitor in with your website’s `userToken`, and request the callback again.',
    operatorAction: '`CALLBACKS=on` allows every guest to request callbacks.',
  },
  callback_outside_hours: {
    status: 422,
    title: 'The contact center is closed at that time',
    description: 'Callbacks are possible only while the contact center is open.',
    clientAction: 'Offer the time in `nextPossibleAt`, if the response contains one.',
    operatorAction: 'Check the schedules in the schedule group `GENESYS_SCHEDULE_GROUP_ID`.',
  },
  not_enabled: {
    status: 501,
    title: 'This feature is not set up',
    description: 'The service supports this feature, but its operator has not set it up.',
    clientAction:
      'Offer the feature only if the guest session’s `capabilities` contain it, or hide it after this response.',
    operatorAction: 'Set the variables that the feature’s documentation lists, such as `GENESYS_QUEUE_ID`.',
  },
  not_acceptable: {
    status: 406,
    title: 'Not acceptable',
    description: 'The `Accept` header excludes every media type that this route returns.',
    clientAction: 'Accept `application/json`, and `text/event-stream` for `GET /events`.',
    operatorAction: 'Nothing to do, unless a proxy changes the request headers.',
  },
  request_timeout: {
    status: 408,
    title: 'The request took too long to arrive',
    description: 'The headers or the body of the request did not arrive within the time limit.',
    clientAction: 'Send the request again, with the same `Idempotency-Key`.',
    operatorAction:
      'If only a few guests are slow, there is nothing to do. A proxy in front of this service can buffer slow requests.',
  },
  range_not_satisfiable: {
    status: 416,
    title: 'The range is not in the file',
    description: 'The `Range` header requests a part beyond the end of the file.',
    clientAction: 'Request the whole file.',
    operatorAction: 'Nothing to do.',
  },
  expectation_failed: {
    status: 417,
    title: 'This expectation is not supported',
    description: 'The `Expect` header contains something other than `100-continue`.',
    clientAction: 'Send the request without the `Expect` header.',
    operatorAction: 'Nothing to do.',
  },
  headers_too_large: {
    status: 431,
    title: 'The request headers are too large',
    description: 'The URL and the headers together are larger than 16 KiB.',
    clientAction: 'Send fewer or shorter headers. A common cause is that the website sets many cookies.',
    operatorAction:
      'Run this service on its own host name, so that browsers do not send it the website’s cookies.',
  },
  unsupported_media_type: {
    status: 415,
    title: 'Unsupported media type',
    description: 'This route does not support the `Content-Type`, charset or `Content-Encoding` of the body.',
    clientAction:
      'Send JSON as `Content-Type: application/json`, in UTF-8 and uncompressed. Send a file itself, not a form (`FormData`), to `POST /attachments`.',
    operatorAction: 'Nothing to do.',
  },
  request_too_large: {
    status: 413,
    title: 'The request is too large',
    description: 'The body is larger than this route accepts.',
    clientAction:
      'Send less in one request. The response to `POST /guest-session` contains the session’s limits.',
    operatorAction:
      'The `MAX_*` variables set the limits. A proxy in front of this service may have a lower limit.',
  },
  rate_limited: {
    status: 429,
    title: 'Too many requests',
    description:
      'This guest or this address sent more requests than this service allows, or has too many requests in flight or too many open streams.',
    clientAction: 'Wait for `Retry-After` seconds, then continue. Use `GET /events` instead of polling.',
    operatorAction:
      'The `RATE_*` and `MAX_*` variables set the limits. If all guests seem to share one address, set `TRUST_PROXY`.',
    retryAfterSeconds: 1,
  },
  overloaded: {
    status: 503,
    title: 'The service is overloaded',
    description: 'This process has reached one of its limits. It has not processed this request.',
    clientAction: 'Retry after `Retry-After` seconds, with the same `Idempotency-Key`.',
    operatorAction:
      'Run more replicas, or raise the `MAX_*` limits. If Genesys responds slowly, `/metrics` shows long upstream calls.',
    retryAfterSeconds: 1,
  },
  shutting_down: {
    status: 503,
    title: 'This replica is shutting down',
    description: 'The process is shutting down and accepts no new requests.',
    clientAction:
      'Retry after `Retry-After` seconds; another replica will respond. The session token remains valid.',
    operatorAction:
      'Nothing to do during a rollout. Otherwise, find out what is stopping the process. `DRAIN_MS` limits the time that the process has to finish its work.',
    retryAfterSeconds: 1,
  },
  internal_error: {
    status: 500,
    title: 'Internal error',
    description: 'This service failed in an unforeseen way. The response deliberately contains no details.',
    clientAction: 'Retrying may help. If it does not, give the operator the `requestId`.',
    operatorAction:
      'Search the log for the `requestId`: the line at level `error` shows where the error occurred. This is a bug; please report it.',
  },
} satisfies Record<RequestErrorCode, ProblemEntry>
